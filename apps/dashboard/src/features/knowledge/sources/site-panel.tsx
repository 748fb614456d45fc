import { type CrawlReason, describeCrawlReason, type SiteSettings } from "@parley/contracts";
import {
  CircleCheck,
  CircleX,
  ExternalLink,
  LoaderCircle,
  type LucideIcon,
  RotateCw,
  TriangleAlert,
} from "lucide-react";
import { type FormEvent, useState } from "react";
import { Age } from "../../../components/age.tsx";
import { Button } from "../../../components/button.tsx";
import { classNames } from "../../../components/class-names.ts";
import { formatMoment } from "../../../components/format-time.ts";
import { errorCode } from "../../../errors/error-code.ts";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { errorWords } from "../../../errors/error-words.ts";
import { type Crawl, crawlPhrase, isUnderWay, nameCrawlStatus } from "./crawl-phrase.ts";
import { crawlSchedules } from "./crawl-schedules.ts";
import { readSiteFields, SiteFields } from "./site-fields.tsx";
import { type ListedSource, useMayManage, useSourceActions } from "./use-sources.ts";

type Site = ListedSource & { site: SiteSettings };

/** What of a site is read and when, how far that is, and the ways to change it. */
export function SitePanel({ source }: { source: Site }) {
  const { id, site, lastCrawl, nextCrawlAt } = source;
  const { crawl, cancelCrawl } = useSourceActions();
  const mayManage = useMayManage();
  const [changes, setChanges] = useState(false);
  const runs = lastCrawl !== null && isUnderWay(lastCrawl);
  const failure = crawl.error ?? cancelCrawl.error;
  if (changes) return <SiteForm source={source} onDone={() => setChanges(false)} />;
  return (
    <section aria-label="Site" className="rounded-card border border-line bg-surface shadow-xs">
      <div className="flex flex-wrap items-start justify-between gap-3 px-4 py-4 md:px-5">
        <div className="min-w-0">
          <a
            href={site.address}
            target="_blank"
            rel="noopener noreferrer nofollow"
            dir="ltr"
            className="link inline-flex items-center gap-1.5 wrap-anywhere"
          >
            {site.address}
            <ExternalLink aria-hidden className="size-3.5 shrink-0" />
          </a>
          <p className="mt-1 text-sm text-ink-soft">
            {crawlSchedules.find(({ schedule }) => schedule === site.schedule)?.label}
            {nextCrawlAt && !runs && (
              <>
                , next on <time dateTime={nextCrawlAt}>{formatMoment(nextCrawlAt)}</time>
              </>
            )}
            {` · ${site.pages.toLocaleString()} pages at most, ${site.depth} links deep`}
          </p>
          <Paths name="Only" paths={site.include} />
          <Paths name="Not" paths={site.exclude} />
        </div>
        {mayManage && (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setChanges(true)}>Change</Button>
            {runs ? (
              <Button busy={cancelCrawl.isPending} onClick={() => cancelCrawl.mutate({ sourceId: id })}>
                {cancelCrawl.isPending ? "Cancelling…" : "Cancel reading"}
              </Button>
            ) : (
              <Button variant="primary" busy={crawl.isPending} onClick={() => crawl.mutate({ sourceId: id })}>
                <RotateCw aria-hidden className="size-4" />
                {crawl.isPending ? "Beginning…" : "Read it now"}
              </Button>
            )}
          </div>
        )}
      </div>
      {failure && <ErrorNotice error={failure} className="mx-4 mb-4 md:mx-5" />}
      {lastCrawl ? (
        <LastCrawl crawl={lastCrawl} />
      ) : (
        <p className="border-t border-line px-4 py-3 text-sm text-ink-soft md:px-5">It was not read yet.</p>
      )}
    </section>
  );
}

function Paths({ name, paths }: { name: string; paths: readonly string[] }) {
  if (paths.length === 0) return null;
  return (
    <p className="mt-1 text-sm text-ink-soft wrap-anywhere">
      {name}{" "}
      <span className="font-mono text-xs" dir="ltr">
        {paths.join("  ")}
      </span>
    </p>
  );
}

const looks: Record<Crawl["status"], { icon: LucideIcon; look: string }> = {
  queued: { icon: LoaderCircle, look: "animate-spin text-warn" },
  running: { icon: LoaderCircle, look: "animate-spin text-warn" },
  done: { icon: CircleCheck, look: "text-good" },
  partial: { icon: TriangleAlert, look: "text-warn" },
  failed: { icon: CircleX, look: "text-bad" },
  cancelled: { icon: CircleX, look: "text-ink-soft" },
};

/** Of a file that could not be read the dashboard has words of its own. */
const tellReason = (reason: CrawlReason) =>
  describeCrawlReason(reason, (code) => (code === "internal" ? "It could not be read." : `${errorWords[code].title}.`));

function LastCrawl({ crawl }: { crawl: Crawl }) {
  const { status, why, fetching, waiting, seen, problems, finishedAt, createdAt } = crawl;
  const { icon: Icon, look } = looks[status];
  return (
    <div className="border-t border-line px-4 py-3.5 text-sm md:px-5">
      <p className="flex items-center gap-2 font-medium" role="status">
        <Icon aria-hidden className={classNames("size-4 shrink-0", look)} />
        <span>
          {nameCrawlStatus(crawl)}{" "}
          <span className="font-normal text-ink-soft">
            <Age at={finishedAt ?? createdAt} />
          </span>
        </span>
      </p>
      {status === "running" && (
        <>
          <progress
            max={seen + waiting + 1}
            value={seen}
            aria-label="Pages asked for, of those found so far"
            className="upload-progress mt-2.5"
          />
          {fetching && (
            <p className="mt-1.5 truncate text-ink-soft">
              Fetching{" "}
              <span className="font-mono text-xs" dir="ltr">
                {fetching}
              </span>
              {waiting > 0 && ` · ${waiting.toLocaleString("en")} more found`}
            </p>
          )}
        </>
      )}
      <p className="mt-1.5 text-ink-soft tabular-nums">{crawlPhrase(crawl)}</p>
      {why && <p className={status === "failed" ? "mt-1 text-bad" : "mt-1 text-ink-soft"}>{tellReason(why)}</p>}
      {problems.length > 0 && (
        <details className="mt-2">
          <summary className="link w-fit">Pages that were left out or failed</summary>
          <ul className="mt-2 max-h-72 space-y-2 overflow-y-auto">
            {problems.map((problem) => (
              <li key={problem.address}>
                <span className="block font-mono text-xs wrap-anywhere" dir="ltr">
                  {problem.address}
                </span>
                <span className="text-ink-soft">{tellReason(problem)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function SiteForm({ source, onDone }: { source: Site; onDone: () => void }) {
  const { changeSite } = useSourceActions();
  const refused = errorCode(changeSite.error) === "input.invalid";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (changeSite.isPending) return;
    changeSite.mutate({ sourceId: source.id, site: readSiteFields(event.currentTarget) }, { onSuccess: onDone });
  }

  return (
    <form
      onSubmit={submit}
      aria-label="Change what is read"
      className="rounded-card border border-line bg-surface px-4 pb-4 shadow-xs md:px-5 md:pb-5"
    >
      <SiteFields site={source.site} addressError={refused ? addressAdvice : undefined} />
      {changeSite.isError && !refused && <ErrorNotice error={changeSite.error} className="mt-4" />}
      <p className="mt-4 text-sm text-ink-soft">
        What was read stays until the site is read again; then pages that are not meant any more are taken out.
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button size="medium" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" size="medium" busy={changeSite.isPending}>
          {changeSite.isPending ? "Saving…" : "Save"}
        </Button>
      </div>
    </form>
  );
}

export const addressAdvice = "This is not an address that can be read: it begins with https:// and names a site.";

import { setTimeout } from "node:timers/promises";
import type { DocumentVersionId } from "@parley/contracts";
import { crawlSite } from "@parley/core/knowledge/sources/crawl/crawl-site";
import { FetchError } from "@parley/platform/http/fetch-error";
import type { GuardedFetch } from "@parley/platform/http/fetch-guarded";
import { SingleBar } from "cli-progress";
import * as z from "zod";
import { settle } from "../ingest/settle.ts";
import { type IngestTarget, Refused } from "../ingest/targets.ts";
import { OperatorError } from "../operator-error.ts";

const Patterns = z.array(z.string().min(1).max(200)).max(50).default([]);
const whole = (most: number) => z.coerce.number().pipe(z.int().min(0).max(most));

export const CrawlArguments = z.object({
  address: z.url({ protocol: /^https?$/ }).max(1_000),
  source: z.string().trim().min(1).max(200).optional(),
  include: Patterns,
  exclude: Patterns,
  depth: whole(100),
  pages: whole(10_000),
});

/** No site is read for longer. */
const longestMs = 12 * 60 * 60 * 1_000;

type Told = { path: string; reason: string };

/**
 * Reads a site into a tenant's knowledge, shows how far it is, and reports what was read, what is gone, what was skipped and why.
 *
 * @returns true when all of it is as the site is now
 * @throws OperatorError when the site can't be reached
 */
export async function crawl(
  target: IngestTarget,
  fetch: GuardedFetch,
  { source: name, ...options }: z.infer<typeof CrawlArguments>,
): Promise<boolean> {
  const started = performance.now();
  const source = name ?? options.address.slice(0, 200);
  const waiting = new Map<DocumentVersionId, string>();
  const told = { gone: [] as Told[], skipped: [] as Told[], failed: [] as Told[] };
  let unchanged = 0;
  let read = 0;
  let passages = 0;

  const bar = new SingleBar({
    format: "  {value} pages  {step}",
    noTTYOutput: false,
    hideCursor: true,
    stream: process.stdout,
  });
  bar.start(options.pages, 0, { step: "reading" });
  const services = { fetch, wait: (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }) };
  const crawling = crawlSite(services, options, await target.pages(source), AbortSignal.timeout(longestMs));
  let unfinished: string | undefined;
  try {
    for (;;) {
      const { value: found, done } = await crawling.next();
      if (done) {
        unfinished = found;
        break;
      }
      switch (found.kind) {
        case "page": {
          const path = found.page.address;
          const added = await orTold(target.addPage({ source, ...found }), (reason) =>
            told.skipped.push({ path, reason }),
          );
          if (added?.outcome === "queued") waiting.set(added.versionId, path);
          else if (added) unchanged += 1;
          break;
        }
        case "unchanged":
          await target.verify({ source, path: found.address });
          unchanged += 1;
          break;
        case "gone":
          // Somebody may have taken it out meanwhile.
          await orTold(target.remove({ source, path: found.address }), () => {});
          told.gone.push({ path: found.address, reason: found.reason });
          break;
        case "skipped":
          told.skipped.push({ path: found.address, reason: found.reason });
      }
      bar.increment({ step: "reading" });
    }
  } catch (error) {
    bar.stop();
    if (error instanceof FetchError) throw new OperatorError(`${options.address}: ${error.message}`);
    throw error;
  }
  for await (const { path, status, failure, chunks } of settle(target, waiting)) {
    if (status === "failed") {
      told.failed.push({ path, reason: failure ?? "unknown" });
    } else {
      read += 1;
      passages += chunks;
    }
    bar.update({ step: `${read} of ${waiting.size} embedded` });
  }
  bar.update({ step: "done" });
  bar.stop();

  const { gone, skipped, failed } = told;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(
    `\n  read ${read} (${passages} passages) · unchanged ${unchanged} · gone ${gone.length} · skipped ${skipped.length} · failed ${failed.length} · ${seconds} s`,
  );
  for (const [title, rows] of Object.entries(told)) {
    for (const { path, reason } of rows) say(`  ${title}  ${path}: ${reason}`);
  }
  if (unfinished) say(`  ${unfinished}`);
  return unfinished === undefined && failed.length === 0 && read + unchanged > 0;
}

/** What is refused is one page's matter: the others go on. */
async function orTold<T>(work: Promise<T>, tell: (reason: string) => void): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(error.message);
    return undefined;
  }
}

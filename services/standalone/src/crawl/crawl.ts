import { describeCrawlReason } from "@parley/contracts";
import type { OperatorsSite } from "@parley/core/knowledge/sources/crawl/crawl-as-operator";
import { SingleBar } from "cli-progress";
import { type Clock, patienceMs, realClock } from "../ingest/patience.ts";
import { type IngestTarget, Refused } from "../ingest/targets.ts";
import { OperatorError } from "../operator-error.ts";

const pollMs = 500;

/**
 * Has a site read into a tenant's knowledge, shows how far that is, and reports what was read, what is gone, what was left out and why.
 * It goes on by itself when nobody looks any more.
 *
 * @returns true when all of it is as the site is now
 * @throws OperatorError when the site is being read already, can't be reached, or is removed meanwhile
 */
export async function crawl(target: IngestTarget, asked: OperatorsSite, clock: Clock = realClock): Promise<boolean> {
  const started = performance.now();
  const { sourceId } = await target.crawl(asked).catch(tellRefused);
  const bar = new SingleBar({
    format: "  {value} pages  {step}",
    noTTYOutput: false,
    hideCursor: true,
    stream: process.stdout,
  });
  bar.start(asked.site.pages, 0, { step: "reading" });
  // It may be removed while it is read.
  const look = () =>
    target.source(sourceId).catch((error: unknown) => {
      bar.stop();
      return tellRefused(error);
    });
  let source = await look();
  let last = { left: 0, at: clock.now() };
  for (;;) {
    const { lastCrawl: crawl, documents } = source;
    const isRead = crawl !== null && crawl.finishedAt !== null;
    const left = documents.queued + documents.parsing + documents.embedding;
    if (!isRead || left !== last.left) last = { left, at: clock.now() };
    bar.update(crawl?.seen ?? 0, { step: isRead ? `${left} to be embedded` : "reading" });
    if (isRead && left === documents.waiting && (left === 0 || clock.now() - last.at >= patienceMs)) break;
    await clock.pause(pollMs);
    source = await look();
  }
  bar.update({ step: "done" });
  bar.stop();

  const { lastCrawl: crawl, documents } = source;
  if (!crawl) throw new Error("a crawl that ended is not there");
  if (crawl.status === "failed" && crawl.seen === 0) {
    throw new OperatorError(
      `${asked.site.address}: ${crawl.why ? describeCrawlReason(crawl.why) : "it can't be read"}`,
    );
  }
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(
    `\n  read ${crawl.changed} · unchanged ${crawl.unchanged} · gone ${crawl.gone} · left out ${crawl.skipped} · failed ${crawl.failed} · ${seconds} s`,
  );
  for (const problem of crawl.problems) say(`  ${problem.address}: ${describeCrawlReason(problem)}`);
  const untold = crawl.skipped + crawl.failed - crawl.problems.length;
  if (untold > 0) say(`  and ${untold} more`);
  if (crawl.why) say(`  ${describeCrawlReason(crawl.why)}`);
  if (crawl.status === "cancelled") say("  It was cancelled.");
  if (documents.held > 0)
    say(`  ${documents.held} of its pages wait to be published: Tests in the dashboard says what they would change.`);
  if (documents.waiting > 0)
    say(
      `  ${documents.waiting} of its pages wait, since the embedder does not answer. They are tried again by themselves while Parley runs.`,
    );
  if (documents.failed > 0)
    say(`  ${documents.failed} of its pages could not be read in: Knowledge in the dashboard says why.`);
  return (
    crawl.status === "done" &&
    crawl.failed === 0 &&
    documents.failed === 0 &&
    documents.waiting === 0 &&
    documents.serving + documents.held > 0
  );
}

/** What is refused is told in a sentence. */
function tellRefused(error: unknown): never {
  throw error instanceof Refused ? new OperatorError(error.message) : error;
}

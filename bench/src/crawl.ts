import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { tenants } from "@parley/db/schema";
import { createInstallation } from "@parley/standalone/testing/installation";
import { createVisitor } from "@parley/standalone/testing/visitor";
import { eq, sql } from "drizzle-orm";
import { startLargeSite } from "./crawl/large-site.ts";
import { percentile } from "./percentile.ts";
import { memoryMb, watchMemory } from "./process-tree.ts";

// `pnpm bench:crawl`: what a site of 10,000 pages does to the product, as `npm start` runs it: the first reading of it, and a second one in
// which nothing has changed; and how long visitors of the same workspace wait for their answers meanwhile.

const { values } = parseArgs({ options: { pages: { type: "string", default: "10000" } } });
const pages = Number(values.pages);
if (!Number.isSafeInteger(pages) || pages < 1 || pages > 10_000) {
  process.stderr.write("usage: pnpm bench:crawl [--pages N]; 10,000 at most\n");
  process.exit(2);
}

const questions = ["How do I add my own documents?", "How do I read a web site?", "Where do I see what answers cost?"];
const askedBefore = 30;
const betweenMs = 500;
const longestAnswerMs = 300_000;
/** Telling what memory a large process has costs it some milliseconds. */
const memoryEveryMs = 1_000;
const say = (line: string) => process.stderr.write(`${line}\n`);

await using site = await startLargeSite(pages);
// One address asks more in a minute than a household could.
await using installation = await createInstallation({ FETCH_ALLOWED_HOSTS: site.host, RATE_LIMITS: "off" });
const server = await installation.start();
const place = { ...installation, publishableKey: await installation.publishableKey() };

type Waited = {
  ms: number;
  /** "I don't know" comes sooner than an answer, and is none. */
  isCited: boolean;
};
let asked = 0;
/** What a visitor waits for an answer in a conversation of their own, in milliseconds. */
async function ask(): Promise<Waited> {
  const visitor = await createVisitor(place);
  const socket = await visitor.follow();
  const started = performance.now();
  await visitor.say(questions[asked++ % questions.length] ?? "");
  while (socket.messages.length < 2) {
    if (performance.now() - started > longestAnswerMs) throw new Error(`no answer:\n${server.output().slice(-2_000)}`);
    await wait(2);
  }
  const ms = performance.now() - started;
  const isCited = (socket.messages[1]?.citations.length ?? 0) > 0;
  socket.close();
  await wait(betweenMs);
  return { ms, isCited };
}

/** Has the site read, as from the command line, until every page can be cited. */
async function read() {
  site.takeAsked();
  const peakMemory = watchMemory(server.pid, memoryEveryMs);
  const started = performance.now();
  const options = ["--source", "Large site", "--depth", "100", "--pages", String(pages)];
  const command = installation.parley("knowledge", "crawl", ...options, "demo", site.address);
  let isOver = false;
  const ended = command.exited.then((code) => {
    isOver = true;
    return { code, at: performance.now() };
  });
  const answers: (Waited & { at: number })[] = [];
  while (!isOver) answers.push({ at: performance.now(), ...(await ask()) });
  const { code, at: endedAt } = await ended;
  if (code !== 0) throw new Error(command.output());
  const { lastAt, ...requests } = site.takeAsked();
  const fetchedSeconds = (lastAt - started) / 1_000;
  const seconds = (endedAt - started) / 1_000;
  return {
    fetchedSeconds: round(fetchedSeconds),
    pagesFetchedASecond: round((requests.whole + requests.unchanged + requests.missing) / fetchedSeconds),
    readInSeconds: round(seconds),
    pagesReadInASecond: round(requests.whole / seconds),
    requests,
    memoryPeakMb: peakMemory(),
    answersWhileFetching: inMs(answers.filter(({ at }) => at <= lastAt)),
    answersAfterwards: inMs(answers.filter(({ at }) => at > lastAt)),
  };
}

await ask(); // what is loaded for the first answer only
const before: Waited[] = [];
for (let count = 0; count < askedBefore; count += 1) before.push(await ask());
const memoryBeforeMb = await memoryMb(server.pid);
say(`reading ${pages} pages …`);
const first = await read();
say("reading them again …");
const again = await read();
await server.end();

let kept: object | undefined;
await installation.withDatabase(async (db) => {
  const [demo] = await db.read("system", (read) =>
    read.select({ id: tenants.tenantId }).from(tenants).where(eq(tenants.slug, "demo")),
  );
  if (!demo) throw new Error("there is no demo workspace");
  const { rows } = await db.transaction(demo.id, (tx) =>
    tx.execute<{ kept: object }>(sql`
      select json_build_object(
        'crawlRowsBytes', (select json_agg(pg_column_size(crawls.*) order by created_at) from crawls),
        'crawlsTableBytes', pg_total_relation_size('crawls'),
        'crawlPagesRows', (select count(*) from crawl_pages),
        'crawlPagesTableBytes', pg_total_relation_size('crawl_pages')
      ) as kept`),
  );
  kept = rows[0]?.kept;
});
const results = { pages, before: { ...inMs(before), memoryMb: memoryBeforeMb }, first, again, kept };
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);

function inMs(answers: readonly Waited[]) {
  const waits = answers.map(({ ms }) => ms);
  if (waits.length === 0) return { questions: 0 };
  return {
    questions: waits.length,
    cited: answers.filter(({ isCited }) => isCited).length,
    medianMs: Math.round(percentile(waits, 0.5)),
    p95Ms: Math.round(percentile(waits, 0.95)),
    longestMs: Math.round(Math.max(...waits)),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

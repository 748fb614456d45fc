import { openDatabase } from "@parley/db";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import { createLogger } from "@parley/platform/log";
import { createSmtpMailer } from "@parley/platform/mail/smtp-mailer";
import { startSmtpServer } from "@parley/platform/testing/smtp-server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createJobQueue, type JobQueue } from "../jobs/job-queue.ts";
import { createWorld, type World } from "../testing/world.ts";
import { createMailJobs, type MailJobs } from "./mail-jobs.ts";

const mail = { to: "ada@example.com", subject: "Hello", text: "Hello, Ada", html: "<p>Hello, Ada</p>" };
const secret = "a secret of this test alone, 32 characters or more";
const lines: string[] = [];
const logger = createLogger({ level: "debug", format: "json" }, { write: (line: string) => void lines.push(line) });
let database: TestDatabase;
let db: World["db"];
let world: World;
let server: Awaited<ReturnType<typeof startSmtpServer>>;
const queues: JobQueue[] = [];

beforeEach(async () => {
  lines.splice(0);
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection, max: 4 });
  world = await createWorld(db);
  server = await startSmtpServer();
});
afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.stop();
  await server.stop();
  await db.close();
  await database.drop();
});

/** @param options.looksOften for what no event tells of: what is to be tried again, or was given up */
async function startJobs({ working = true, looksOften = false } = {}) {
  const queue = createJobQueue({ db, logger, embedded: true });
  const { handle } = queue;
  if (looksOften)
    vi.spyOn(queue, "handle").mockImplementation((job) => handle({ ...job, pollingIntervalSeconds: 0.5 }));
  const jobs = createMailJobs({ queue, logger, secret });
  queues.push(queue);
  await queue.start();
  if (working) await jobs.work(createSmtpMailer({ url: server.url, from: "Parley <parley@example.com>" }));
  return jobs;
}

/** As accounts do, which are of no tenant. */
const order = (jobs: MailJobs, ordered: typeof mail) => db.transaction("auth", (tx) => jobs.send(tx, ordered));

const jobStates = async () =>
  (await db.executeSql("system")("select name, state from pgboss.job where true order by name")).rows;

test("a mail is sent soon after the commit that ordered it, by whichever process works", async () => {
  const { tenantId } = await world.tenant();
  const sender = await startJobs({ working: false });
  await db.transaction(tenantId, (tx) => sender.send(tx, mail));
  await order(sender, { ...mail, to: "grace@example.com" });
  expect(server.received).toEqual([]);
  await startJobs();
  await expect
    .poll(() => server.received.map(({ to }) => to[0]).sort())
    .toEqual(["ada@example.com", "grace@example.com"]);
});

test("what lies in the database of a mail tells neither its address nor its words, also when it was given up", async () => {
  const jobs = await startJobs({ working: false });
  const { tenantId } = await world.tenant();
  const link = "https://app.example.com/reset-password#the-secret-of-the-link";
  await order(jobs, { ...mail, text: link, html: link });
  await db.transaction(tenantId, (tx) => jobs.send(tx, { ...mail, text: link, html: link }));
  const { rows } = await db.executeSql("system")("select j::text as row from pgboss.job j");
  expect(rows).toHaveLength(2);
  for (const { row } of rows) expect(String(row)).not.toMatch(/the-secret-of-the-link|example\.com|Hello/);
  await startJobs();
  await expect.poll(() => server.received.map(({ text }) => text?.trim())).toEqual([link, link]);
});

test("what an earlier release has ordered is sent, too", async () => {
  await startJobs();
  const queue = queues.at(-1);
  await db.transaction("auth", async (tx) => queue?.send(tx, "sendMail", mail));
  await expect.poll(() => server.received.map(({ to }) => to[0])).toEqual(["ada@example.com"]);
});

test("a mail of a transaction that failed is never sent", async () => {
  const { tenantId } = await world.tenant();
  const jobs = await startJobs();
  const failing = db.transaction(tenantId, async (tx) => {
    await jobs.send(tx, mail);
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  expect(await jobStates()).toEqual([]);
});

test("what is no mail is refused where it is ordered", async () => {
  const jobs = await startJobs({ working: false });
  const ordered = order(jobs, { ...mail, subject: "Hello\r\nBcc: eve@example.com" });
  await expect(ordered).rejects.toMatchObject({ name: "ZodError" });
  expect(await jobStates()).toEqual([]);
});

test("a server that refuses for now gets the mail again, once it takes it", async () => {
  server.refuse(451);
  const jobs = await startJobs({ looksOften: true });
  await order(jobs, mail);
  await expect.poll(jobStates).toEqual([{ name: "sendMail", state: "retry" }]);
  server.accept();
  await db.executeSql("system")("update pgboss.job set start_after = now() where state = 'retry'");
  await expect.poll(() => server.received).toHaveLength(1);
});

test("a server that refuses for good is not asked again", async () => {
  server.refuse(550);
  const jobs = await startJobs();
  await order(jobs, mail);
  await expect.poll(jobStates).toEqual([{ name: "sendMail", state: "completed" }]);
  expect(server.attempts).toHaveLength(1);
});

test("after the last try a mail is given up, and the log tells of it without words or address", async () => {
  server.refuse(451);
  const jobs = await startJobs({ looksOften: true });
  await order(jobs, mail);
  await expect.poll(jobStates).toEqual([{ name: "sendMail", state: "retry" }]);
  const sql = "update pgboss.job set start_after = now(), retry_count = retry_limit where state = 'retry'";
  await db.executeSql("system")(sql);
  await expect.poll(jobStates, { timeout: 40_000 }).toContainEqual({ name: "unsentMail", state: "completed" });
  const log = lines.join("");
  expect(log).toContain("mail given up");
  expect(log).not.toContain("ada@example.com");
  expect(log).not.toContain("Hello, Ada");
}, 60_000);

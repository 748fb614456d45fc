import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { startFakeProvider } from "@parley/core/testing/fake-provider";
import { startHttpListener } from "@parley/platform/testing/http-listener";
import { afterAll, expect, test, vi } from "vitest";
import { createInstallation, createStartedInstallation } from "./testing/installation.ts";
import { createVisitor } from "./testing/visitor.ts";

// Whole processes start here, several times, on machines that do other things as well.
vi.setConfig({ testTimeout: 180_000 });
const patience = { timeout: 60_000, interval: 100 };

const started = await createStartedInstallation();
afterAll(() => started[Symbol.asyncDispose]());
/** One that begins where the first start has ended: what that makes is not what the test is about. */
const createUsed = (environment: Record<string, string> = {}) =>
  createInstallation(environment, { copyOf: started.folder });

test("a question is answered from the documentation with citations, the same each time; what it doesn't hold is not answered", async () => {
  await using installation = await createInstallation();
  await installation.start();
  const publishableKey = await installation.publishableKey();
  const ask = async (question: string) => {
    const visitor = await createVisitor({ ...installation, publishableKey });
    await visitor.say(question);
    return vi.waitUntil(
      async () => (await visitor.page()).messages.find(({ author }) => author === "assistant"),
      patience,
    );
  };
  const answer = await ask("How do I add my own documents?");
  expect(answer).toMatchObject({ outcome: "answered" });
  expect(answer.citations.length).toBeGreaterThan(0);
  expect(answer.text).toContain("[1]");
  const again = await ask("How do I add my own documents?");
  expect([again.text, again.citations]).toEqual([answer.text, answer.citations]);
  expect(await ask("What is the population of Reykjavík?")).toMatchObject({ outcome: "unknown", citations: [] });
});

test("a second start keeps the data, the sign-in and the key; --reset begins anew", async () => {
  await using installation = await createUsed();
  const first = await installation.start();
  const [key, secrets] = [await installation.publishableKey(), await installation.secrets()];
  const visitor = await createVisitor({ ...installation, publishableKey: key });
  await visitor.say("Hello");
  expect(await first.end("SIGINT")).toBe(0);

  const second = await installation.start();
  expect(await installation.publishableKey()).toBe(key);
  expect(await installation.secrets()).toEqual(secrets);
  expect((await visitor.page()).messages[0]).toMatchObject({ text: "Hello" });
  expect(await second.end("SIGTERM")).toBe(0);

  // Kept mails hold links into accounts that are to be gone.
  const mailDir = path.join(installation.folder, "mail");
  await mkdir(mailDir, { recursive: true });
  await writeFile(path.join(mailDir, "kept.json"), "{}");
  await installation.start({}, ["--reset"]);
  expect(await installation.publishableKey()).not.toBe(key);
  expect(await readdir(mailDir).catch(() => [])).not.toContain("kept.json");
});

test("the audit log is verified while Parley runs and when it does not, and a checkpoint that was tampered with is found", async () => {
  await using installation = await createUsed();
  const file = path.join(installation.folder, "..", "hours.md");
  await writeFile(file, "# Hours\n\nWe are there from nine to five.");
  const parley = async (...args: string[]) => {
    const process = installation.parley(...args);
    const code = await process.exited;
    return { code, output: process.output() };
  };
  const first = await installation.start();
  expect(await parley("ingest", "--tenant", "demo", file)).toMatchObject({ code: 0 });
  expect(await parley("audit", "verify")).toMatchObject({
    code: 0,
    output: expect.stringContaining("✓ demo: 1 entry, no checkpoint"),
  });
  await first.end();

  const verified = { code: 0, output: expect.stringContaining("✓ demo: 1 entry, checkpoints up to entry 1") };
  expect(await parley("audit", "verify", "--tenant", "demo")).toMatchObject(verified);
  const { output } = await parley("audit", "export", "--tenant", "demo");
  expect(JSON.parse(output)).toMatchObject({ seq: 1, action: "document.added", actor: { kind: "operator" } });

  const [name = ""] = await readdir(path.join(installation.folder, "audit-checkpoints"));
  const checkpoint = path.join(installation.folder, "audit-checkpoints", name);
  await writeFile(checkpoint, (await readFile(checkpoint, "utf8")).replace('"seq":1', '"seq":2'));
  expect(await parley("audit", "verify")).toMatchObject({ code: 1, output: expect.stringContaining("was not signed") });
  await rm(path.join(installation.folder, "audit-checkpoints"), { recursive: true });
  expect(await parley("audit", "verify")).toMatchObject({
    code: 1,
    output: expect.stringContaining("checkpoints: checkpoint 1 is missing"),
  });
});

test("what models took is told while Parley runs and when it does not, and a month that is none is refused", async () => {
  await using installation = await createUsed();
  const parley = async (...args: string[]) => {
    const process = installation.parley("costs", ...args);
    const code = await process.exited;
    return { code, output: process.output() };
  };
  const first = await installation.start();
  const visitor = await createVisitor({ ...installation, publishableKey: await installation.publishableKey() });
  await visitor.say("Hello");
  await vi.waitUntil(
    async () => (await visitor.page()).messages.some(({ author }) => author === "assistant"),
    patience,
  );
  expect(await parley("--tenant", "demo", "--json")).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^\{"tenant":"demo","month":"\d{4}-\d\d","provider":null,.*"requests":1,.*\}\n$/),
  });
  expect(await parley("--month", "2026-11")).toMatchObject({ code: 1 });
  expect(await parley("--from", "2026-13")).toMatchObject({ code: 1, output: expect.stringContaining("as 2026-11") });
  await first.end();
  expect(await parley()).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^demo, .*: US\$ 0\.0000\n {2}built-in answerer {2}1 answer /),
  });
  expect(await parley("--tenant", "nobody")).toMatchObject({
    code: 1,
    output: 'There is no workspace called "nobody".\n',
  });
});

test("a second start on the same folder is refused with a sentence that says what to do", async () => {
  await using installation = await createUsed();
  await installation.start();
  const second = installation.launch();
  expect(await second.exited).toBe(1);
  expect(second.output()).toMatch(/already runs on the data folder .*: stop that one first/);
  expect(second.output()).not.toContain("    at ");
});

test("a port in use is named with the variable that chooses another", async () => {
  await using installation = await createInstallation();
  const other = createServer().listen(installation.ports.api, "localhost");
  const process = installation.launch();
  expect(await process.exited).toBe(1);
  expect(process.output()).toMatch(/Port \d+ for the api is in use .*API_PORT/);
  expect(process.output()).not.toContain("    at ");
  other.close();
});

test("an api that has an address in the net shows no kept mail, and the terminal says where it lies", async () => {
  await using installation = await createUsed();
  const mailDir = path.join(installation.folder, "mail");
  const inTheNet = await installation.start({ API_URL: "https://api.example.com" });
  expect(inTheNet.output()).toContain(`Mail is not sent but kept: in ${mailDir};`);
  expect((await fetch(`${installation.apiUrl}/mail`)).status).toBe(404);
  await inTheNet.end();
  const here = await installation.start();
  expect(here.output()).toContain(`Mail is not sent but kept: ${installation.apiUrl}/mail shows it;`);
  expect((await fetch(`${installation.apiUrl}/mail`)).status).toBe(200);
});

test("a folder that is somebody else's is left alone", async () => {
  await using installation = await createInstallation();
  await mkdir(installation.folder);
  await writeFile(path.join(installation.folder, "thesis.txt"), "mine");
  for (const args of [[], ["--reset"]]) {
    const process = installation.launch({}, args);
    expect(await process.exited).toBe(1);
    expect(process.output()).toMatch(/holds something that is not Parley's: set PARLEY_DATA_DIR/);
    expect(await readdir(installation.folder)).toEqual(["thesis.txt"]);
  }
});

test.each([
  ["its marker is broken", "parley.json"],
  ["its secrets are gone", "secrets.json"],
  ["its database is broken", "database/PG_VERSION"],
])("a data folder is called damaged when %s", async (_, file) => {
  await using installation = await createUsed();
  const first = await installation.start();
  await first.end();
  if (file === "secrets.json") await rm(path.join(installation.folder, file));
  else await writeFile(path.join(installation.folder, file), "broken");
  const process = installation.launch();
  expect(await process.exited).toBe(1);
  expect(process.output()).toMatch(
    /is damaged \(.*\): restore it from a copy, or begin anew with `npm start -- --reset`/,
  );
  expect(process.output()).not.toContain("    at ");
});

test("a wrong key leads to an answer that says so to the visitor's face, and a line in the log that says what to do", async () => {
  await using provider = await startFakeProvider();
  await using installation = await createUsed({ OPENAI_BASE_URL: provider.url, OPENAI_API_KEY: "wrong" });
  provider.enqueue(...Array.from({ length: 5 }, () => ({ status: 401 })));
  const process = await installation.start();
  const visitor = await createVisitor({ ...installation, publishableKey: await installation.publishableKey() });
  await visitor.say("Who won the football world cup in 1974?");
  await vi.waitFor(async () => {
    expect((await visitor.page()).messages[1]).toMatchObject({ author: "assistant", outcome: "failed" });
  }, patience);
  expect(process.output()).toMatch(/OPENAI_API_KEY/);
});

test("the command line reads files while Parley runs and while it doesn't, and says what it skipped and why", async () => {
  await using installation = await createUsed();
  const running = await installation.start();
  const folder = path.join(installation.folder, "..", "handbook");
  await mkdir(folder);
  await writeFile(path.join(folder, "returns.md"), "# Returns\n\nSend it back within 30 days.");
  await writeFile(path.join(folder, "empty.md"), "");
  await writeFile(path.join(folder, "binary.txt"), Buffer.from([0, 1, 2, 3, 255]));
  await writeFile(path.join(folder, "picture.png"), "x");
  await writeFile(path.join(folder, "huge.txt"), Buffer.alloc(26 * 1024 * 1024, "x "));
  const ingest = installation.parley("ingest", "--tenant", "demo", folder);
  expect(await ingest.exited).toBe(0);
  expect(ingest.output()).toMatch(/read 1 \(1 passages\) · unchanged 0 · skipped 4 · failed 0/);
  for (const reason of [
    /empty\.md: .*no text/,
    /binary\.txt: .*not text/,
    /picture\.png: not of a kind that can be read/,
    /huge\.txt: larger than 25 MB/,
  ]) {
    expect(ingest.output()).toMatch(reason);
  }
  await running.end();

  await writeFile(path.join(folder, "shipping.md"), "# Shipping\n\nWe ship on weekdays.");
  const alone = installation.parley("ingest", "--tenant", "demo", folder);
  expect(await alone.exited).toBe(0);
  expect(alone.output()).toMatch(/read 1 \(1 passages\) · unchanged 1/);

  const nowhere = installation.parley("ingest", "--tenant", "nobody", folder);
  expect(await nowhere.exited).toBe(1);
  expect(nowhere.output()).toContain('There is no workspace called "nobody"');
});

test("the command line reads a site, then what has changed of it, and takes out what is gone; a private one has to be allowed", async () => {
  const pages = new Map([
    ["/robots.txt", "User-agent: *\nDisallow: /drafts/\n"],
    ["/sitemap.xml", "<urlset><url><loc>/help/returns.md</loc></url><url><loc>/help/shipping.md</loc></url></urlset>"],
    ["/help/", "<title>Help</title><nav>Menu</nav><main><p>Welcome to the help pages.</p></main>"],
    ["/help/returns.md", "# Returns\n\nSend it back within 30 days."],
    ["/help/shipping.md", "# Shipping\n\nWe ship on weekdays."],
  ]);
  const answers: [string, number][] = [];
  const site = await startHttpListener({
    answer({ url = "", headers }, response) {
      const text = pages.get(url);
      const etag = `"${text?.length}"`;
      const status = text === undefined ? 404 : headers["if-none-match"] === etag ? 304 : 200;
      answers.push([url, status]);
      response
        .writeHead(status, { "content-type": url === "/help/" ? "text/html" : "text/plain", etag })
        .end(status === 200 ? text : undefined);
    },
  });
  const address = `http://127.0.0.1:${site.port}/help/`;
  await using installation = await createUsed({ FETCH_ALLOWED_HOSTS: `127.0.0.1:${site.port}` });
  const running = await installation.start();
  const first = installation.parley("knowledge", "crawl", "demo", address);
  expect(await first.exited).toBe(0);
  expect(first.output()).toMatch(/read 3 · unchanged 0 · gone 0 · left out 0 · failed 0/);
  const inner = await startHttpListener();
  const refused = installation.parley("knowledge", "crawl", "demo", `http://127.0.0.1:${inner.port}/`);
  expect(await refused.exited).toBe(1);
  expect(refused.output()).toContain("an address that is not public");
  expect(inner.hits).toEqual([]);
  await inner.stop();

  pages.set("/help/returns.md", "# Returns\n\nSend it back within 14 days, please.");
  pages.delete("/help/shipping.md");
  answers.length = 0;
  const again = installation.parley("knowledge", "crawl", "demo", address);
  expect(await again.exited).toBe(0);
  expect(again.output()).toMatch(/read 1 · unchanged 1 · gone 1 · left out 0 · failed 0/);
  expect(answers).toContainEqual(["/help/", 304]);

  await running.end();
  const alone = installation.parley("knowledge", "crawl", "demo", address, "--exclude", "/help/r");
  expect(await alone.exited).toBe(0);
  expect(alone.output()).toMatch(/read 0 · unchanged 1 · gone 1 · left out 1 · failed 0/);
  await site.stop();
});

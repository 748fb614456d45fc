import { fork } from "node:child_process";
import { once } from "node:events";
import type { DocumentId } from "@parley/contracts";
import { openDatabase } from "@parley/db";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import { createLogger } from "@parley/platform/log";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLibrary, createWordEmbedder, sections } from "../testing/library.ts";
import { testObjects } from "../testing/test-objects.ts";
import { createWorld, type World } from "../testing/world.ts";
import { addDocument } from "./add-document.ts";
import { EmbedderError } from "./embedder-error.ts";
import { createEmbedderCircuits } from "./embedders/embedder-circuits.ts";
import { findVersionStatus } from "./find-version-status.ts";
import { createJobs, type KnowledgeJobs } from "./jobs.ts";
import type { Embedder, EmbedderServer } from "./passage.ts";
import { readDocument } from "./read-document.ts";
import { removeDocument } from "./remove-document.ts";

const logger = createLogger({ level: "silent", format: "json" });
let database: TestDatabase;
let db: World["db"];
let world: World;
const running: KnowledgeJobs[] = [];

// A database of its own: workers of another test's queue must not take this one's jobs.
beforeEach(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection, max: 4 });
  world = await createWorld(db);
});
afterEach(async () => {
  for (const jobs of running.splice(0)) await jobs.stop();
  await db.close();
  await database.drop();
});

async function startJobs({ embedded = false } = {}) {
  const jobs = createJobs({ db, logger, embedded });
  running.push(jobs);
  await jobs.start();
  return jobs;
}

/** Begins to take jobs, and looks for more by itself an hour later only: what is done before that, was told of. */
async function workUnpolled(jobs: KnowledgeJobs): Promise<void> {
  const { handle } = jobs.queue;
  vi.spyOn(jobs.queue, "handle").mockImplementation((job) => handle({ ...job, pollingIntervalSeconds: 3_600 }));
  await jobs.work({ embedder: createWordEmbedder(), objects: testObjects });
}

async function newTenant() {
  const { tenantId } = await world.tenant();
  const library = createLibrary(db, tenantId, createWordEmbedder());
  const add = async (jobs: KnowledgeJobs, path: string, text: string) => {
    const document = await readDocument(new TextEncoder().encode(text), path);
    return db.transaction(tenantId, (tx) => addDocument(tx, jobs, { source: "docs", path, ...document }));
  };
  return { tenantId, library, add };
}

const statusOf = async (
  tenantId: Awaited<ReturnType<typeof newTenant>>["tenantId"],
  added: Awaited<ReturnType<typeof addDocument>>,
) => (await findVersionStatus(db, tenantId, added.versionId))?.status;

describe("a document that was added", () => {
  test("is read in by whichever process works, after the commit and without a poll", async () => {
    const { tenantId, library, add } = await newTenant();
    const jobs = await startJobs({ embedded: true });
    await workUnpolled(jobs);
    for (let index = 0; index < 15; index += 1) {
      const added = await add(jobs, `${index}.md`, "The elephant is grey.");
      await expect.poll(() => statusOf(tenantId, added), { timeout: 20_000, interval: 10 }).toBe("ready");
    }
    expect(await library.search("elephant", 20)).toHaveLength(15);
  });

  test("is read in by a worker that starts later", async () => {
    const { tenantId, add } = await newTenant();
    const sender = await startJobs();
    const added = await add(sender, "a.md", "The elephant is grey.");
    const worker = await startJobs();
    await worker.work({ embedder: createWordEmbedder(), objects: testObjects });
    await expect.poll(() => statusOf(tenantId, added)).toBe("ready");
  });

  test("in a transaction that failed is no job", async () => {
    const { tenantId, library } = await newTenant();
    const jobs = await startJobs({ embedded: true });
    const adding = db.transaction(tenantId, async (tx) => {
      await addDocument(tx, jobs, {
        source: "docs",
        path: "a.md",
        title: "A",
        mediaType: "text/markdown",
        text: "Text",
      });
      throw new Error("changed my mind");
    });
    await expect(adding).rejects.toThrow("changed my mind");
    const { rows } = await db.executeSql("system")("select count(*)::integer as count from pgboss.job where true");
    expect(rows).toEqual([{ count: 0 }]);
    expect(await library.audit()).toMatchObject({ stored: 0 });
  });

  test("among many is read in without a wait between them", async () => {
    const { tenantId, add } = await newTenant();
    const jobs = await startJobs({ embedded: true });
    const added = [];
    for (let index = 0; index < 60; index += 1)
      added.push(await add(jobs, `${index}.md`, `The elephant ${index} is grey.`));
    await workUnpolled(jobs);
    const last = added.at(-1);
    await expect.poll(() => last && statusOf(tenantId, last), { timeout: 20_000 }).toBe("ready");
  });

  test("is read in next to those of a tenant who has many, and these next to it", async () => {
    const [many, few] = [await newTenant(), await newTenant()];
    const jobs = await startJobs({ embedded: true });
    for (let index = 0; index < 40; index += 1) await many.add(jobs, `${index}.md`, `The elephant ${index} is grey.`);
    for (let index = 0; index < 10; index += 1) await few.add(jobs, `${index}.md`, `The lion ${index} is yellow.`);
    const embedder = createWordEmbedder();
    const embed = embedder.embed;
    const order: string[] = [];
    embedder.embed = (texts) => {
      order.push(...texts.map((text) => (text.includes("lion") ? "few" : "many")));
      return embed.call(embedder, texts);
    };
    await jobs.work({ embedder, objects: testObjects });
    await expect.poll(() => order.length, { timeout: 20_000 }).toBe(50);
    // A turn for each; what is taken at a time, by two side by side, may be out of order.
    const places = order.flatMap((whose, place) => (whose === "few" ? [place] : []));
    expect(places.at(-1)).toBeLessThan(20 + 8);
    expect(order.slice(0, 20).filter((whose) => whose === "many").length).toBeGreaterThan(2);
  });

  test("is tried again when the embedder fails", async () => {
    const { tenantId, add } = await newTenant();
    const jobs = await startJobs({ embedded: true });
    const embedder = createWordEmbedder();
    let calls = 0;
    embedder.before = () => {
      calls += 1;
      if (calls === 1) throw new Error("the thread has ended");
    };
    await jobs.work({ embedder, objects: testObjects });
    const added = await add(jobs, "a.md", "The elephant is grey.");
    await expect.poll(() => statusOf(tenantId, added), { timeout: 20_000 }).toBe("ready");
    expect(calls).toBe(2);
  });

  test("that can never be read in fails in the end, with a reason, and the others go on", async () => {
    const { tenantId, add } = await newTenant();
    const jobs = await startJobs({ embedded: true });
    const embedder = createWordEmbedder();
    const embed = embedder.embed;
    embedder.embed = (texts) => {
      if (texts.some((text) => text.includes("poison"))) throw new Error("poisoned");
      return embed.call(embedder, texts);
    };
    await jobs.work({ embedder, objects: testObjects });
    const poisoned = await add(jobs, "a.md", "This is poison.");
    const healthy = await add(jobs, "b.md", "The elephant is grey.");
    await expect.poll(() => statusOf(tenantId, healthy)).toBe("ready");
    // Four retries, each after a longer wait: here they are not waited for.
    const hurry = async () => {
      await db.executeSql("system")("update pgboss.job set start_after = now() where state = 'retry'");
      await db.transaction(tenantId, async (tx) => {
        for (const name of ["ingestDocument", "ingestAlone"]) tx.signal(`job ordered: ${name}`);
      });
    };
    await expect
      .poll(
        async () => {
          await hurry();
          return findVersionStatus(db, tenantId, poisoned.versionId);
        },
        { timeout: 20_000, interval: 100 },
      )
      .toMatchObject({ status: "failed", failure: "The document could not be read in, though it was tried 5 times." });
  });

  test("and removed at once leaves nothing", async () => {
    const { tenantId, library, add } = await newTenant();
    const jobs = await startJobs({ embedded: true });
    await jobs.work({ embedder: createWordEmbedder(), objects: testObjects });
    const added = await add(jobs, "a.md", "The elephant is grey.");
    await expect.poll(() => statusOf(tenantId, added)).toBe("ready");
    await db.transaction(tenantId, (tx) => removeDocument(tx, jobs, added.documentId));
    expect(await library.search("elephant")).toEqual([]);
    await expect.poll(() => statusOf(tenantId, added)).toBeUndefined();
    expect(await library.audit()).toMatchObject({ stored: 0, keptChunks: 0 });
  });
});

describe("a document whose embedder does not answer", () => {
  /** A tenant that has chosen a server; `state.fault` is what that does instead of making vectors. */
  async function withServer() {
    const state = {
      fault: undefined as EmbedderError | undefined,
      /** What a text has to hold for that; otherwise any does. */
      at: "",
      /** At this it ends. */
      endsAt: undefined as string | undefined,
      /** Those that are waited for, of the server that hangs at this. */
      hangsAt: undefined as string | undefined,
      hanging: [] as (() => void)[],
      isTried: false,
      asked: 0,
      now: 1_000,
    };
    const words = createWordEmbedder();
    words.before = async (texts) => {
      state.asked += 1;
      const { endsAt, hangsAt } = state;
      if (hangsAt && texts.some((text) => text.includes(hangsAt))) {
        await new Promise<void>((resolve) => state.hanging.push(resolve));
        throw new EmbedderError("embedder.unreachable", { blame: "unclear", restMs: 30_000 });
      }
      if (endsAt && texts.some((text) => text.includes(endsAt)))
        state.fault = new EmbedderError("embedder.unreachable", { blame: "unclear" });
      const isAtIt = state.at === "" || texts.some((text) => text.includes(state.at));
      if (state.fault && !state.isTried && isAtIt) throw state.fault;
    };
    const open = ({ baseUrl, model }: EmbedderServer) => ({ ...words, id: `words of ${model} at ${baseUrl}` });
    const circuits = createEmbedderCircuits(() => state.now);
    const sealing = { seal: (key: string) => `sealed ${key}`, unseal: (sealed: string) => sealed.slice(7) };
    const others = { installation: undefined, open, ...sealing, circuits };
    const embedder = { ...createWordEmbedder(), others } satisfies Embedder;
    const jobs = await startJobs({ embedded: true });
    await jobs.work({ embedder, objects: testObjects });
    const { tenantId, member } = await world.tenant();
    const library = createLibrary(db, tenantId, embedder);
    const api = world.apiFor({ ...world.memberContext(tenantId, member), embedder, knowledgeJobs: jobs });
    const server = { kind: "openai-compatible", baseUrl: "https://a.example/v1", model: "m", dimensions: 64 } as const;
    /** A server is tried first; that succeeds. */
    const choose = async (apiKey: string, model = "m") => {
      state.isTried = true;
      await api.knowledge.embedder.change({ ...server, model, apiKey });
      state.isTried = false;
    };
    await choose("the first key");
    await expect.poll(async () => (await api.knowledge.embedder.get()).current.kind).toBe("openai-compatible");
    const add = async (path: string, text = "The elephant is grey.") => {
      const document = await readDocument(new TextEncoder().encode(text), path);
      return db.transaction(tenantId, (tx) => addDocument(tx, jobs, { source: "docs", path, ...document }));
    };
    const find = async ({ documentId }: { documentId: DocumentId }) => {
      const [newest] = (await api.knowledge.documents.get({ documentId })).versions;
      return newest;
    };
    const waiting = () => db.executeSql("system")(waitingJobs);
    /** Time passes until what was put off is due, of all documents or of one. */
    const pass = async (only = "") => {
      state.now += 600_000;
      await db.executeSql("system")(
        `update pgboss.job set start_after = now() where state = 'created' and data ->> 'versionId' like '${only}%'`,
      );
      await db.transaction(tenantId, async (tx) => tx.signal("job ordered: ingestDocument"));
    };
    return { state, tenantId, library, jobs, api, choose, add, find, waiting, pass };
  }
  const waitingJobs = `select (data ->> 'putOff')::integer as "putOff", (data ->> 'refused')::integer as refused,
      extract(epoch from start_after - created_on)::integer as delay
    from pgboss.job
    where name = 'ingestDocument' and state = 'created' and start_after > now()`;
  const patience = { timeout: 20_000, interval: 20 };

  test("[F12] waits as long as it takes, says for what, and is read in as soon as the key is changed", async () => {
    const { state, tenantId, api, choose, add, find, waiting, pass } = await withServer();
    state.fault = new EmbedderError("embedder.refused");
    const added = await add("a.md");
    for (let times = 1; times <= 7; times += 1) {
      await expect.poll(async () => (await waiting()).rows, patience).toMatchObject([{ putOff: times, refused: null }]);
      expect(await find(added)).toMatchObject({ status: "queued", waitsFor: "embedder.refused", failure: null });
      if (times < 7) await pass();
    }
    expect((await api.knowledge.embedder.get()).current.failure).toBe("embedder.refused");
    // As the command line asks for it.
    expect(await findVersionStatus(db, tenantId, added.versionId)).toMatchObject({ waitsFor: "embedder.refused" });
    const counted = async () => (await api.knowledge.sources.list()).sources.map(({ documents }) => documents);
    expect(await counted()).toMatchObject([{ queued: 1, waiting: 1 }]);
    state.fault = undefined;
    await choose("another key");
    await expect.poll(() => find(added), patience).toMatchObject({ status: "ready", waitsFor: null });
    expect((await api.knowledge.embedder.get()).current.failure).toBeNull();
    expect(await counted()).toMatchObject([{ queued: 0, waiting: 0 }]);
  });

  test("leaves nothing behind when it is stopped just before the embedder fails at it", async () => {
    const { state, api, library, add, find, waiting } = await withServer();
    state.hangsAt = "walrus";
    const added = await add("a.md", `${sections(64, "elephant")}\n# Last\n\nThe walrus sings.\n`);
    await expect.poll(() => state.hanging.length, patience).toBe(1);
    expect(await library.audit()).not.toMatchObject({ stored: 0 });
    await api.knowledge.documents.stop({ documentId: added.documentId });
    for (const goOn of state.hanging) goOn();
    await expect.poll(() => library.audit(), patience).toMatchObject({ stored: 0, keptChunks: 0, hidden: 0 });
    expect(await find(added)).toMatchObject({ status: "failed", failureCode: "document.stopped" });
    expect((await waiting()).rows).toEqual([]);
  });

  test("[F12] is read in with all others that wait once one of them could be", async () => {
    const { state, api, add, find, waiting, pass } = await withServer();
    state.fault = new EmbedderError("embedder.unreachable");
    const [one, another] = [await add("a.md"), await add("b.md")];
    await expect.poll(async () => (await waiting()).rows, patience).toHaveLength(2);
    state.fault = undefined;
    await pass(one.versionId);
    for (const each of [one, another])
      await expect.poll(() => find(each), patience).toMatchObject({ status: "ready", waitsFor: null });
    expect((await api.knowledge.embedder.get()).current.failure).toBeNull();
  });

  test("[F14] keeps nobody else's waiting: a server that was waited for in vain is not asked for each of them", async () => {
    const { state, jobs, add, find, waiting } = await withServer();
    state.fault = new EmbedderError("embedder.unreachable", { restMs: 30_000 });
    state.asked = 0;
    const added = [];
    for (let index = 0; index < 20; index += 1) added.push(await add(`${index}.md`));
    const other = await newTenant();
    const theirs = await other.add(jobs, "a.md", "The lion is yellow.");
    await expect.poll(() => statusOf(other.tenantId, theirs), patience).toBe("ready");
    await expect.poll(async () => (await waiting()).rows, patience).toHaveLength(20);
    for (const each of added) expect(await find(each)).toMatchObject({ waitsFor: "embedder.unreachable" });
    // By each of the workers once, at most.
    expect(state.asked).toBeLessThanOrEqual(2);
  });

  test("[F14] keeps others waiting for one of them at most, however many there are at which its server hangs", async () => {
    const { state, jobs, add } = await withServer();
    state.hangsAt = "poison";
    for (let index = 0; index < 8; index += 1) await add(`${index}.md`, "This is poison.");
    await expect.poll(() => state.hanging.length, patience).toBe(2);
    const other = await newTenant();
    const theirs = await other.add(jobs, "a.md", "The lion is yellow.");
    for (const timeOut of state.hanging.splice(0)) timeOut();
    await expect.poll(() => statusOf(other.tenantId, theirs), patience).toBe("ready");
    state.hangsAt = undefined;
    for (const timeOut of state.hanging.splice(0)) timeOut();
  });

  test("[F12] while it is changed keeps that waiting, until it failed too often: then it is given up, and says so", async () => {
    const { state, tenantId, api, choose } = await withServer();
    state.fault = new EmbedderError("embedder.unreachable");
    await choose("a key", "another");
    const next = async () => (await api.knowledge.embedder.get()).next;
    await expect.poll(next, patience).toMatchObject({ failure: "embedder.unreachable", givenUp: false });
    const lastAttempt = "update pgboss.job set start_after = now(), retry_count = retry_limit where state = 'retry'";
    const hurry = async () => {
      await db.executeSql("system")(lastAttempt);
      await db.transaction(tenantId, async (tx) => tx.signal("job ordered: changeEmbedder"));
      await db.transaction(tenantId, async (tx) => tx.signal("job ordered: giveUpChange"));
      return next();
    };
    await expect.poll(hurry, { ...patience, interval: 100 }).toMatchObject({ givenUp: true });
    state.fault = undefined;
    await choose("a key", "another");
    await expect.poll(next, patience).toBeNull();
  });

  test.each(["embedder.refused", "embedder.faulty"] as const)(
    "[F14] because of what it says (%s) is given up after five, with that reason; others are read in meanwhile",
    async (code) => {
      const { state, api, add, find, waiting, pass } = await withServer();
      state.fault = new EmbedderError(code, { blame: "unclear" });
      state.at = "poison";
      const added = await add("a.md", "This is poison.");
      for (let times = 1; times <= 4; times += 1) {
        const put = { putOff: times, refused: times, delay: 30 * 2 ** (times - 1) };
        await expect.poll(async () => (await waiting()).rows, patience).toEqual([put]);
        const good = await add(`${times}.md`);
        await expect.poll(() => find(good), patience).toMatchObject({ status: "ready" });
        // It is not tried for that.
        expect((await waiting()).rows).toEqual([put]);
        await pass();
      }
      await expect.poll(() => find(added), patience).toMatchObject({ status: "failed", failureCode: code });
      expect((await api.knowledge.embedder.get()).current.failure).toBeNull();
    },
  );

  test.each([undefined, 30_000])(
    "[F14] for which it breaks, or is waited for in vain (%s), is given up once others were read in five times meanwhile",
    async (restMs) => {
      const { state, api, add, find, waiting, pass } = await withServer();
      state.fault = new EmbedderError("embedder.unreachable", { blame: "unclear", restMs });
      state.at = "poison";
      const added = await add("a.md", "This is poison.");
      for (let times = 1; times <= 5; times += 1) {
        const put = { putOff: times, refused: times === 1 ? null : times - 1 };
        await expect.poll(async () => (await waiting()).rows, patience).toMatchObject([put]);
        const good = await add(`${times}.md`);
        await expect.poll(() => find(good), patience).toMatchObject({ status: "ready" });
        // The first time it is not known yet that it is alone with that, so it is tried with the others.
        if (times > 1) await pass();
      }
      await expect
        .poll(() => find(added), patience)
        .toMatchObject({ status: "failed", failureCode: "embedder.unreachable" });
      expect((await api.knowledge.embedder.get()).current.failure).toBeNull();
    },
  );

  test("[F12] is not given up, with all others, for a server that is too slow for more than a word; the settings say so", async () => {
    const { state, api, add, find, waiting, pass } = await withServer();
    state.fault = new EmbedderError("embedder.unreachable", { blame: "unclear", restMs: 30_000 });
    state.at = "elephant";
    const added = [await add("a.md"), await add("b.md"), await add("c.md")];
    for (let times = 1; times <= 6; times += 1) {
      const put = { putOff: times, refused: null };
      await expect.poll(async () => (await waiting()).rows, patience).toMatchObject([put, put, put]);
      expect((await api.knowledge.embedder.get()).current.failure).toBe("embedder.unreachable");
      if (times < 6) await pass();
    }
    state.fault = undefined;
    await pass();
    for (const each of added) await expect.poll(() => find(each), patience).toMatchObject({ status: "ready" });
    expect((await api.knowledge.embedder.get()).current.failure).toBeNull();
  });

  test("[F14] since it makes that end, so that it answers nobody, is given up once others were read in five times meanwhile", async () => {
    const { state, add, find, waiting, pass } = await withServer();
    state.endsAt = "poison";
    const added = await add("a.md", "This is poison.");
    for (let times = 1; times <= 5; times += 1) {
      const put = { putOff: times, refused: times === 1 ? null : times - 1 };
      await expect.poll(async () => (await waiting()).rows, patience).toMatchObject([put]);
      state.fault = undefined;
      const good = await add(`${times}.md`);
      await expect.poll(() => find(good), patience).toMatchObject({ status: "ready" });
      // The first time it is not known yet that it is alone with that, so it is tried with the others.
      if (times > 1) await pass();
    }
    await expect
      .poll(() => find(added), patience)
      .toMatchObject({ status: "failed", failureCode: "embedder.unreachable" });
  });

  test("[F12] in an outage is not given up, whatever the server answers meanwhile and after it", async () => {
    const { state, api, add, find, waiting, pass } = await withServer();
    // As a proxy's page that tells of its maintenance.
    state.fault = new EmbedderError("embedder.faulty", { blame: "unclear" });
    const added = await add("a.md");
    for (let times = 1; times <= 7; times += 1) {
      await expect.poll(async () => (await waiting()).rows, patience).toMatchObject([{ putOff: times, refused: null }]);
      if (times < 7) await pass();
    }
    expect((await api.knowledge.embedder.get()).current.failure).toBe("embedder.faulty");
    state.at = "elephant";
    await pass();
    await expect.poll(async () => (await waiting()).rows, patience).toMatchObject([{ putOff: 8, refused: 1 }]);
    state.fault = undefined;
    await pass();
    await expect.poll(() => find(added), patience).toMatchObject({ status: "ready" });
  });

  test("[F14] that one server refused has all its attempts at another", async () => {
    const { state, choose, add, waiting, pass } = await withServer();
    state.fault = new EmbedderError("embedder.refused", { blame: "unclear" });
    state.at = "poison";
    await add("a.md", "This is poison.");
    for (let times = 1; times <= 4; times += 1) {
      await expect.poll(async () => (await waiting()).rows, patience).toMatchObject([{ refused: times }]);
      if (times < 4) await pass();
    }
    await choose("another key");
    await expect
      .poll(async () => (await waiting()).rows, patience)
      .toMatchObject([{ putOff: 1, refused: 1, delay: 30 }]);
  });

  test("[F12] waits ten minutes at most, however long the server wants to be left alone", async () => {
    const { state, add, waiting } = await withServer();
    state.fault = new EmbedderError("embedder.limited", { restMs: 1e300 });
    await add("a.md");
    await expect.poll(async () => (await waiting()).rows, patience).toMatchObject([{ putOff: 1, delay: 600 }]);
  });

  test("[F12] goes on with the first that is read in, also where a question was answered before", async () => {
    const { state, library, add, find, waiting } = await withServer();
    state.fault = new EmbedderError("embedder.unreachable");
    const added = await add("a.md");
    await expect.poll(async () => (await waiting()).rows, patience).toHaveLength(1);
    state.fault = undefined;
    await library.search("elephant");
    await add("b.md");
    await expect.poll(() => find(added), patience).toMatchObject({ status: "ready" });
  });
});

describe("a process that ends while it reads a document in", () => {
  test("in an orderly way hands the document to the next one", async () => {
    const { tenantId, add } = await newTenant();
    const first = await startJobs({ embedded: true });
    const slow = createWordEmbedder();
    const [reached, stopping] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    slow.before = async () => {
      reached.resolve();
      await stopping.promise;
    };
    await first.work({ embedder: slow, objects: testObjects });
    const added = await add(first, "a.md", "The elephant is grey.");
    await reached.promise;
    const stopped = first.stop();
    stopping.resolve();
    await stopped;
    expect(await statusOf(tenantId, added)).not.toBe("ready");

    const second = await startJobs({ embedded: true });
    await second.work({ embedder: createWordEmbedder(), objects: testObjects });
    await expect.poll(() => statusOf(tenantId, added), { timeout: 20_000 }).toBe("ready");
  });

  test.each([0, 1, 3])(
    "by kill -9, %i batches written, is followed by one that takes the document up",
    async (after) => {
      const { tenantId, library, add } = await newTenant();
      const sender = await startJobs();
      const added = await add(sender, "a.md", sections(40, "elephant"));
      const process = fork(new URL("../testing/stuck-process.ts", import.meta.url), { stdio: "inherit" });
      process.send({ connection: database.connection, after });
      await once(process, "message");
      process.kill("SIGKILL");
      await once(process, "exit");
      expect(await library.search("elephant")).toEqual([]);
      expect(await library.audit()).toMatchObject({ stored: 8 * after, keptChunks: 0, hidden: 1 });

      const next = await startJobs({ embedded: true });
      await next.work({ embedder: createWordEmbedder(), objects: testObjects });
      await expect.poll(() => statusOf(tenantId, added), { timeout: 20_000 }).toBe("ready");
      expect(await library.audit()).toMatchObject({ keptChunks: 40, stored: 40, hidden: 0, mistaken: 0 });
    },
  );
});

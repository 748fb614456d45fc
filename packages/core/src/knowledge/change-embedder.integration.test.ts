import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { openTestDatabase } from "@parley/db/testing";
import { sql } from "drizzle-orm";
import { afterAll, beforeEach, expect, test } from "vitest";
import { startFakeEmbedderServer } from "../testing/fake-embedder-server.ts";
import { createLibrary, createWordEmbedder, sections } from "../testing/library.ts";
import { createWorld } from "../testing/world.ts";
import { changeEmbedder, giveUpChange } from "./change-embedder.ts";
import { clearVectors } from "./clear-vectors.ts";
import { createEmbedderCircuits } from "./embedders/embedder-circuits.ts";
import { createOpenaiEmbedder } from "./embedders/openai-embedder.ts";
import type { Embedder, EmbedderServer } from "./passage.ts";
import { holdVectors } from "./vector-index.ts";

const server = await startFakeEmbedderServer();
const db = await openTestDatabase();
afterAll(async () => {
  await server.close();
  await db.close();
});
beforeEach(() => {
  server.requests.length = 0;
  server.always();
});

const never = new AbortController().signal;
const withoutEnd = { signal: never };

/** The installation: its built-in embedder, and what may take its place. `before` is called before each request of a tenant's own. */
function embedders({ installation }: { installation?: Embedder } = {}) {
  const hooks = { before: async () => {} };
  const open = (of: EmbedderServer) => {
    const embedder = createOpenaiEmbedder({ ...of, fetch, pause: async () => {} });
    return {
      ...embedder,
      async embed(...args: Parameters<Embedder["embed"]>) {
        await hooks.before();
        return embedder.embed(...args);
      },
    };
  };
  const sealing = { seal: (key: string) => `sealed ${key}`, unseal: (sealed: string) => sealed.slice(7) };
  const others = { installation, open, ...sealing, circuits: createEmbedderCircuits() };
  return { hooks, builtIn: { ...createWordEmbedder(), others } satisfies Embedder };
}

async function tenantWithDocuments(builtIn: Embedder) {
  const sent: { name: string; order: Record<string, string> }[] = [];
  const jobs = {
    send: async (_tx: unknown, name: string, order: object) => void sent.push({ name, order: order as never }),
  };
  const world = await createWorld(db);
  const { tenantId, member } = await world.tenant();
  const api = world.apiFor({
    ...world.memberContext(tenantId, member),
    embedder: builtIn,
    knowledgeJobs: jobs as never,
  });
  const library = createLibrary(db, tenantId, builtIn);
  await library.read("animals.md", sections(40, "elephant"));
  const choose = (apiKey = "a key of a tenant 1234") =>
    api.knowledge.embedder.change({
      kind: "openai-compatible",
      baseUrl: server.url,
      model: "words",
      dimensions: 64,
      apiKey,
    });
  const change = (
    changeId = sent.findLast(({ name }) => name === "changeEmbedder")?.order.changeId ?? "",
    options: { signal: AbortSignal; now?: () => number } = withoutEnd,
  ) =>
    changeEmbedder(
      { db, embedder: builtIn, jobs: jobs as never, exactUpTo: 20_000, now: options.now ?? (() => 0) },
      { tenantId, changeId },
      options.signal,
    );
  return { tenantId, library, api, sent, choose, change, world };
}

const vectorsOf = async (tenantId: TenantId, of: Database = db) => {
  const { rows } = await of.read(tenantId, (read) =>
    read.execute<{ id: string; count: number }>(
      sql`select embedder_id as id, count(*)::integer as count from embeddings group by 1`,
    ),
  );
  return Object.fromEntries(rows.map(({ id, count }) => [id, count]));
};

test("another embedder takes the place of the old one once every passage has a vector of it, and questions are answered all the while", async () => {
  const { builtIn, hooks } = embedders();
  const { tenantId, library, api, choose, change, sent } = await tenantWithDocuments(builtIn);
  await choose();
  expect(await api.knowledge.embedder.get()).toMatchObject({
    current: { kind: "built-in" },
    next: { kind: "openai-compatible", keyHint: "1234", done: 0, failure: null },
  });
  const search = async () => (await library.search("Where is elephant number 7 told of?"))[0];

  server.requests.length = 0;
  let requests = 0;
  hooks.before = async () => {
    requests += 1;
    if (requests > 2) return;
    // In the middle of it: a document comes, another one changes, and a question is asked.
    const found = await search();
    expect(found?.text).toContain("number 7 ");
    expect(found?.cosine).toBeGreaterThan(0);
    await library.read(`okapi-${requests}.md`, `# Okapi\n\nThe okapi of batch ${requests} has stripes.\n`);
    await library.read("animals.md", sections(41, `elephant in batch ${requests}`));
  };
  await change();
  hooks.before = async () => {};

  const { current, next } = await api.knowledge.embedder.get();
  expect(next).toBeNull();
  expect(current).toMatchObject({ kind: "openai-compatible", model: "words", dimensions: 64, failure: null });
  expect(JSON.stringify({ current })).not.toContain("a key of");
  expect(sent.slice(-2).map(({ name }) => name)).toEqual(["clearVectors", "resumeDocuments"]);
  const lacking = await db.read(tenantId, (read) =>
    read.execute(sql`
      select from chunks c join document_versions v on v.id = c.document_version_id
      where v.chunk_state = 'live' and not exists (
        select from embeddings e join tenant_embedders using (embedder_id) where e.chunk_id = c.id
      )`),
  );
  expect(lacking.rows).toEqual([]);
  server.requests.length = 0;
  expect((await library.search("okapi stripes"))[0]).toMatchObject({ path: expect.stringContaining("okapi") });
  expect(server.requests).toMatchObject([{ authorization: "Bearer a key of a tenant 1234" }]);

  await clearVectors(db, builtIn, tenantId, never);
  const left = await vectorsOf(tenantId);
  expect(Object.keys(left)).toEqual([expect.stringMatching(/^words\.64\./)]);
  // New documents get vectors of it, too.
  await library.read("lion.md", "# Lion\n\nThe lion sleeps.\n");
  expect(await vectorsOf(tenantId)).toEqual({ [Object.keys(left)[0] ?? ""]: (Object.values(left)[0] ?? 0) + 1 });
});

test("what was spent on it is in the ledger", async () => {
  const { builtIn } = embedders();
  const { tenantId, choose, change, library } = await tenantWithDocuments(builtIn);
  await choose();
  await change();
  await library.search("elephant");
  const { rows } = await db.read(tenantId, (read) =>
    read.execute(
      sql`select purpose, model, counted_by, sum(input_tokens)::integer as tokens from spending group by 1, 2, 3`,
    ),
  );
  expect(rows).toEqual([{ purpose: "embedding", model: "words", counted_by: "provider", tokens: 3 * 41 }]);
});

test("a change that was cancelled goes no further, and leaves nothing", async () => {
  const { builtIn, hooks } = embedders();
  const { tenantId, api, choose, change, sent } = await tenantWithDocuments(builtIn);
  await choose();
  let requests = 0;
  hooks.before = async () => {
    requests += 1;
    if (requests === 2) await api.knowledge.embedder.cancel();
  };
  await change();
  expect(requests).toBe(2);
  expect(await api.knowledge.embedder.get()).toMatchObject({ current: { kind: "built-in" }, next: null });
  expect(sent.at(-1)).toEqual({ name: "clearVectors", order: { tenantId } });
  await clearVectors(db, builtIn, tenantId, never);
  expect(await vectorsOf(tenantId)).toEqual({ words: 40 });
  await expect(api.knowledge.embedder.cancel()).resolves.toBeUndefined();
});

test("one that was interrupted goes on where it was, and an old order changes nothing", async () => {
  const { builtIn, hooks } = embedders();
  const { tenantId, choose, change, api } = await tenantWithDocuments(builtIn);
  await choose();
  const stop = new AbortController();
  let requests = 0;
  hooks.before = async () => {
    requests += 1;
    if (requests === 2) stop.abort(new Error("this process ends"));
  };
  await expect(change(undefined, { signal: stop.signal })).rejects.toThrow("this process ends");
  expect(await api.knowledge.embedder.get()).toMatchObject({ next: { done: 32, total: 40 } });
  await change(randomUUID());
  expect(await api.knowledge.embedder.get()).toMatchObject({ next: { done: 32 } });

  server.requests.length = 0;
  hooks.before = async () => {};
  await change();
  expect(server.requests.flatMap(({ body }) => body.input)).toHaveLength(8);
  expect((await api.knowledge.embedder.get()).next).toBeNull();
  expect(Object.values(await vectorsOf(tenantId))).toEqual([40, 40]);
});

test("a change that takes long goes on in another job, so that others' have their turn", async () => {
  const { builtIn } = embedders();
  const { tenantId, choose, change, api, sent } = await tenantWithDocuments(builtIn);
  await choose();
  const [order] = sent.splice(0);
  let time = 0;
  const now = () => {
    time += 400_000;
    return time;
  };
  expect(await change(order?.order.changeId, { ...withoutEnd, now })).toBe("goes on");
  expect(await api.knowledge.embedder.get()).toMatchObject({ next: { done: 32, total: 40 } });
  expect(sent).toEqual([order]);
  expect(await change()).toBe("changed");
  expect(Object.values(await vectorsOf(tenantId))).toEqual([40, 40]);
});

test("a change that was given up says so, goes no further, and another one may be chosen", async () => {
  const { builtIn } = embedders();
  const { tenantId, choose, change, api, sent } = await tenantWithDocuments(builtIn);
  await choose();
  const changeId = sent.at(-1)?.order.changeId ?? "";
  expect(await api.knowledge.embedder.get()).toMatchObject({ next: { givenUp: false } });
  await giveUpChange(db, { tenantId, changeId });
  expect(await api.knowledge.embedder.get()).toMatchObject({ next: { givenUp: true } });
  expect(await change(changeId)).toBe("over");
  await choose();
  expect(await api.knowledge.embedder.get()).toMatchObject({ next: { givenUp: false } });
  expect(await change()).toBe("changed");
});

test("[F12] while the server is out of reach, the settings say so, questions are searched by their words, and nothing is changed", async () => {
  const { builtIn } = embedders();
  const { api, choose, change, library } = await tenantWithDocuments(builtIn);
  await choose();
  server.always({ status: 503 });
  await expect(change()).rejects.toMatchObject({ code: "embedder.unreachable" });
  expect(await api.knowledge.embedder.get()).toMatchObject({
    current: { kind: "built-in" },
    next: { failure: "embedder.unreachable" },
  });
  server.always();
  await change();
  expect(await api.knowledge.embedder.get()).toMatchObject({ current: { failure: null }, next: null });

  server.always({ status: 503 });
  const [found] = await library.search("elephant number 7");
  expect(found).toMatchObject({ text: expect.stringContaining("number 7 "), cosine: 0 });
  expect(await api.knowledge.embedder.get()).toMatchObject({ current: { failure: "embedder.unreachable" } });
  server.always();
  expect((await library.search("elephant number 7"))[0]?.cosine).toBeGreaterThan(0);
  expect(await api.knowledge.embedder.get()).toMatchObject({ current: { failure: null } });
});

test("a server is tried before it is chosen, two changes do not run at once, and a new key needs none", async () => {
  const { builtIn } = embedders();
  const { api, choose, change, sent } = await tenantWithDocuments(builtIn);
  server.enqueue({ status: 401 });
  await expect(choose()).rejects.toMatchObject({ message: "embedder.refused" });
  await expect(api.knowledge.embedder.change({ kind: "openai", model: "m", dimensions: 3 })).rejects.toMatchObject({
    message: "embedder.incomplete",
  });
  await expect(api.knowledge.embedder.change({ kind: "built-in" })).rejects.toMatchObject({ message: "embedder.same" });
  await expect(api.knowledge.embedder.change({ kind: "installation" })).rejects.toMatchObject({
    message: "embedder.unavailable",
  });
  await choose();
  await expect(choose()).rejects.toMatchObject({ message: "embedder.change_under_way" });
  await change();
  const orders = sent.length;
  await choose("another key 5678");
  expect(sent.slice(orders).map(({ name }) => name)).toEqual(["resumeDocuments"]);
  expect(await api.knowledge.embedder.get()).toMatchObject({ current: { keyHint: "5678" } });
  // Of a short one, its end would tell too much.
  await choose("short 12345");
  expect(await api.knowledge.embedder.get()).toMatchObject({ current: { keyHint: "" } });
});

test("a workspace without documents begins with what the installation has; one with documents keeps what it has", async () => {
  const installation = { ...createWordEmbedder(), id: "installation's" };
  const old = await tenantWithDocuments(embedders().builtIn);
  const { builtIn } = embedders({ installation });
  await createLibrary(db, old.tenantId, builtIn).read("more.md", "# More\n\nThe lion sleeps.\n");
  expect(await vectorsOf(old.tenantId)).toEqual({ words: 41 });
  const young = await tenantWithDocuments(builtIn);
  expect(await vectorsOf(young.tenantId)).toEqual({ "installation's": 40 });
  expect(await young.library.search("elephant")).toHaveLength(10);
  expect(await young.api.knowledge.embedder.get()).toMatchObject({ current: { kind: "installation", failure: null } });

  // What the installation has no more is not searched with: the words are.
  const later = embedders({ installation: { ...installation, id: "another" } }).builtIn;
  expect((await createLibrary(db, young.tenantId, later).search("elephant"))[0]?.cosine).toBe(0);
});

test("a document of a workspace that has the installation's embedder waits for no other one that is being read in", async () => {
  const { builtIn } = embedders({ installation: { ...createWordEmbedder(), id: "installation's" } });
  const { tenantId, library } = await tenantWithDocuments(builtIn);
  const outside = AsyncLocalStorage.snapshot();
  await db.transaction(tenantId, async (tx) => {
    await holdVectors(tx);
    await outside(() => library.read("more.md", "# More\n\nThe lion sleeps.\n"));
  });
  expect(await vectorsOf(tenantId)).toEqual({ "installation's": 41 });
});

test("members who may not manage knowledge see the embedder and can't change it", async () => {
  const { builtIn } = embedders();
  const { tenantId, world } = await tenantWithDocuments(builtIn);
  const { member, user } = await world.colleague(tenantId, "member");
  const api = world.apiFor({
    user,
    embedder: builtIn,
    caller: { kind: "member", tenantId, ...member, role: "member" },
  });
  expect(await api.knowledge.embedder.get()).toMatchObject({ current: { kind: "built-in" } });
  await expect(api.knowledge.embedder.change({ kind: "built-in" })).rejects.toMatchObject({
    message: "auth.forbidden",
  });
  await expect(api.knowledge.embedder.cancel()).rejects.toMatchObject({ message: "auth.forbidden" });
});

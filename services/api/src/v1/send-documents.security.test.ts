import { randomUUID } from "node:crypto";
import { ApiKeyId, type ApiKeyScope, limits, rateLimits, SourceId } from "@parley/contracts";
import { searchKnowledge } from "@parley/core/knowledge/search";
import { createWordEmbedder } from "@parley/core/testing/library";
import { testObjects } from "@parley/core/testing/test-objects";
import { openDatabase } from "@parley/db";
import { auditLog } from "@parley/db/schema";
import { createTestDatabase } from "@parley/db/testing";
import type { ObjectKey } from "@parley/platform/objects/object-store";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createTestApi } from "../testing/test-api.ts";

// A database of its own: jobs of another test's queue are not this one's.
const database = await createTestDatabase();
const db = openDatabase({ connection: database.connection });
const embedder = createWordEmbedder();
const { api, world, call, jobs, close } = await createTestApi({ db });
beforeAll(async () => {
  await jobs.start();
  await jobs.work({ embedder, objects: testObjects });
});
afterAll(async () => {
  await jobs.stop();
  await close();
  await db.close();
  await database.drop();
});

async function program(scopes: ApiKeyScope[] = ["documents:read", "documents:write"]) {
  const tenant = await world.tenant();
  const source = SourceId.parse(randomUUID());
  await tenant.api.knowledge.sources.create({ id: source, kind: "api", name: "Shop" });
  const id = ApiKeyId.parse(randomUUID());
  const { key } = await tenant.api.apiKeys.create({ id, name: "Sync", scopes });
  return { ...tenant, source, id, key };
}
type Program = Awaited<ReturnType<typeof program>>;

const bearer = ({ key }: Pick<Program, "key">) => ({ authorization: `Bearer ${key}` });

async function send(
  to: Pick<Program, "key" | "source">,
  path: string,
  bytes: string | Buffer,
  headers: Record<string, string> = {},
) {
  const answer = await api.inject({
    method: "POST",
    url: `/v1/documents?${new URLSearchParams({ source: to.source, path })}`,
    headers: { ...bearer(to), "content-type": "application/x-www-form-urlencoded", ...headers }, // as curl sends a file
    payload: bytes,
  });
  return { status: answer.statusCode, body: answer.json() };
}

const readIn = (of: Program, documentId: string, version = 1) =>
  expect
    .poll(async () => (await call("GET", `/v1/documents/${documentId}`, { headers: bearer(of) })).body, {
      timeout: 20_000,
    })
    .toMatchObject({ versions: expect.arrayContaining([expect.objectContaining({ version, status: "ready" })]) });
const found = async ({ tenantId }: Program, question: string) =>
  (await searchKnowledge(db, embedder, tenantId, question, { limit: 5 })).map(({ text }) => text).join("\n");

test("a program sends a document, a newer version of it and its removal; answers follow, and the log tells of each", async () => {
  const ours = await program();
  const added = await send(ours, "lamps/returns.md", "# Returns\n\nA lamp is taken back within thirty days.");
  expect(added).toMatchObject({ status: 200, body: { outcome: "queued" } });
  const { documentId } = added.body;
  await readIn(ours, documentId);
  expect(await found(ours, "Is a lamp taken back?")).toContain("thirty days");

  expect((await send(ours, "lamps/returns.md", "# Returns\n\nA lamp is taken back within thirty days.")).body).toEqual({
    ...added.body,
    outcome: "unchanged",
  });
  const newer = await send(ours, "lamps/returns.md", "# Returns\n\nA lamp is taken back within sixty days.");
  expect(newer.body).toMatchObject({ documentId, outcome: "queued" });
  await readIn(ours, documentId, 2);
  expect(await found(ours, "Is a lamp taken back?")).toContain("sixty days");

  const { body } = await call<{ data: object[] }>("GET", "/v1/sources", { headers: bearer(ours) });
  expect(body.data).toEqual([{ id: ours.source, kind: "api", name: "Shop", documents: 1 }]);
  expect((await call("POST", `/v1/documents/${documentId}/remove`, { headers: bearer(ours) })).status).toBe(200);
  expect(await found(ours, "Is a lamp taken back?")).not.toContain("sixty days");
  const log = await db.read(ours.tenantId, (read) => read.select().from(auditLog).orderBy(auditLog.seq));
  expect(log.filter(({ actorKind }) => actorKind === "api_key")).toMatchObject(
    ["document.added", "document.added", "document.removed"].map((action) => ({
      action,
      actorId: ours.id,
      targetId: documentId,
    })),
  );
});

test("a place has 1,000 bytes at most, in whatever script, and lists go on past it", async () => {
  const ours = await program();
  const places = ["\u0001".repeat(997), "я".repeat(498), "燈".repeat(332)].map((place) => `${place}.md`);
  for (const place of places) expect((await send(ours, place, "# A")).status).toBe(200);
  for (const place of ["\u0001".repeat(998), "я".repeat(499), "燈".repeat(333)])
    expect(await send(ours, `${place}.md`, "# A")).toMatchObject({ status: 400, body: { code: "input.invalid" } });
  const listed: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const { status, body }: { status: number; body: { data: { path: string }[]; nextCursor: string | null } } =
      await call("GET", `/v1/documents?limit=1${cursor && `&cursor=${cursor}`}`, { headers: bearer(ours) });
    expect(status).toBe(200);
    listed.push(...body.data.map(({ path }) => path));
    cursor = body.nextCursor;
  }
  expect(listed.toSorted()).toEqual(places.toSorted());
});

test("a file that is no text is read as its ending says", async () => {
  const ours = await program();
  const { body } = await send(ours, "prices.csv", "lamp,price\nNova,12\nOrbit,30\n");
  await readIn(ours, body.documentId);
  expect(await found(ours, "price of the Orbit lamp")).toContain("Orbit");
});

describe("is refused, and nothing is kept", () => {
  const one = program();
  const put = vi.spyOn(testObjects, "put");
  const nothingCame = async (ours: Program) => {
    const { sources } = await ours.api.knowledge.sources.list();
    expect(sources.every(({ documents }) => documents.total === 0)).toBe(true);
    for (const key of put.mock.calls.map(([key]): ObjectKey => key).filter((key) => key.startsWith(ours.tenantId))) {
      expect(await testObjects.get(key)).toBeUndefined();
    }
  };

  test.each([
    ["an ending that can't be read", "lamp.exe", {}, 415, "document.type_unknown"],
    ["a file that is too large", "a.md", { "content-length": String(limits.fileBytes + 1) }, 413, "document.too_large"],
    ["a place that can't be stored", "a\0.md", {}, 400, "input.invalid"],
    ["no place", "", {}, 400, "input.invalid"],
    ["a form", "a.md", { "content-type": "multipart/form-data; boundary=x" }, 415, "document.not_alone"],
    ["what is packed", "a.md", { "content-encoding": "gzip" }, 415, "document.not_alone"],
  ])("%s", async (_what, path, headers, status, code) => {
    const ours = await one;
    expect(await send(ours, path, "x", headers as Record<string, string>)).toMatchObject({ status, body: { code } });
    await nothingCame(ours);
  });

  test("[K1] what goes to a source of another kind, or of nobody", async () => {
    const ours = await one;
    const source = SourceId.parse(randomUUID());
    await ours.api.knowledge.sources.create({ id: source, kind: "upload", name: "People's" });
    const wrongKind = { status: 409, body: { code: "source.wrong_kind" } };
    expect(await send({ ...ours, source }, "a.md", "# A")).toMatchObject(wrongKind);
    const theirs = await program();
    for (const foreign of [theirs.source, SourceId.parse(randomUUID())]) {
      expect(await send({ ...ours, source: foreign }, "a.md", "# A")).toMatchObject({
        status: 404,
        body: { code: "source.not_found" },
      });
    }
    await nothingCame(ours);
    await nothingCame(theirs);
    // What members wrote is not a program's to remove.
    const written = SourceId.parse(randomUUID());
    await theirs.api.knowledge.sources.create({ id: written, kind: "written", name: "Answers" });
    const { documentId } = await theirs.api.knowledge.written.save({
      documentId: randomUUID() as never,
      sourceId: written,
      question: "Open?",
      answer: "Always.",
    });
    expect(await call("POST", `/v1/documents/${documentId}/remove`, { headers: bearer(theirs) })).toMatchObject(
      wrongKind,
    );
    expect((await call("POST", `/v1/documents/${documentId}/remove`, { headers: bearer(ours) })).status).toBe(404);
  });

  test("[K1] what comes with a key that was revoked while it was sent", async () => {
    const ours = await program();
    put.mockImplementationOnce(async (...file) => {
      await ours.api.apiKeys.revoke({ id: ours.id });
      await testObjects.put(...file);
    });
    expect(await send(ours, "a.md", "# A")).toMatchObject({ status: 403, body: { code: "auth.forbidden" } });
    expect(put.mock.calls.some(([key]) => key.startsWith(ours.tenantId))).toBe(true);
    await nothingCame(ours);
  });

  test("what can't be kept, and it is not the sender's fault", async () => {
    const ours = await one;
    put.mockRejectedValueOnce(Object.assign(new Error("no space left on device"), { code: "ENOSPC" }));
    const answer = { status: 503, body: { code: "service.busy" } };
    expect(await send(ours, "a.md", "# A")).toMatchObject(answer);
    await nothingCame(ours);
  });

  test("more than a program may send in its time", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const ours = await program();
    await api.rateLimiter?.spend({
      limit: rateLimits.uploads,
      of: { tenantId: ours.tenantId, of: [ours.id] },
      cost: rateLimits.uploads.max,
    });
    expect(await send(ours, "a.md", "# A")).toMatchObject({ status: 429, body: { code: "rate.exceeded" } });
    vi.useRealTimers();
  });
});

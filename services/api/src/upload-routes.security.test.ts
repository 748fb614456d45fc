import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { Readable } from "node:stream";
import { type DocumentVersionId, limits, type Role, SourceId } from "@parley/contracts";
import { searchKnowledge } from "@parley/core/knowledge/search";
import { addUpload } from "@parley/core/knowledge/uploads/add-upload";
import { createWordEmbedder } from "@parley/core/testing/library";
import { testObjects } from "@parley/core/testing/test-objects";
import { openDatabase } from "@parley/db";
import { auditLog, documentVersions } from "@parley/db/schema";
import { createTestDatabase, withClient } from "@parley/db/testing";
import { objectKey } from "@parley/platform/objects/object-store";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createFileReceiver } from "./receive-file.ts";
import { createTestApi, dashboard } from "./testing/test-api.ts";

// A database of its own: jobs of another test's queue are not this one's.
const database = await createTestDatabase();
const db = openDatabase({ connection: database.connection });
const embedder = createWordEmbedder();
const world = await createTestApi({ db });
beforeAll(async () => {
  await world.jobs.start();
  await world.jobs.work({ embedder, objects: testObjects });
});
afterAll(async () => {
  await world.jobs.stop();
  await world.close();
  await db.close();
  await database.drop();
});

type Owner = Awaited<ReturnType<typeof newOwner>>;

async function newOwner() {
  const owner = await world.signedIn();
  const sourceId = SourceId.parse(randomUUID());
  await owner.api.knowledge.sources.create({ id: sourceId, kind: "upload", name: "Files" });
  return { ...owner, sourceId };
}

async function upload(
  { cookie, sourceId }: Pick<Owner, "cookie" | "sourceId">,
  path: string,
  bytes: string | Buffer,
  headers: Record<string, string> = {},
) {
  const answer = await world.api.inject({
    method: "POST",
    url: `/api/knowledge/uploads?${new URLSearchParams({ sourceId, path })}`,
    headers: {
      origin: dashboard,
      ...world.csrfOf(cookie),
      "content-type": "application/octet-stream",
      "content-length": String(Buffer.byteLength(bytes)),
      ...headers,
    },
    payload: bytes,
  });
  return {
    status: answer.statusCode,
    body: answer.json(),
    code: answer.json().error?.code,
    retryAfter: answer.headers["retry-after"],
  };
}

const download = (cookie: string, versionId: string) =>
  world.api.inject({ method: "GET", url: `/api/knowledge/originals/${versionId}`, headers: { cookie } });
const settled = async ({ api }: Pick<Owner, "api">, path: string) => {
  let found: Awaited<ReturnType<typeof api.knowledge.documents.list>>["documents"][number] | undefined;
  await expect
    .poll(
      async () => {
        const { documents } = await api.knowledge.documents.list({});
        found = documents.find((document) => document.path === path);
        return found?.status;
      },
      { timeout: 20_000 },
    )
    .toMatch(/ready|failed/);
  if (!found) throw new Error("it was found");
  return found;
};
const page = (words: string) =>
  `<html><head><title>Animals</title></head><body><main><h1>Big</h1><p>${words}</p></main>`;

describe("an uploaded file", () => {
  test.each([
    ["was stored all the same", true],
    ["was not stored", false],
  ])(
    "is kept where its connection to the database broke at the commit and it %s, and not otherwise",
    async (_, isCommitted) => {
      const owner = await newOwner();
      const { tenantId, sourceId } = owner;
      const breaking: typeof db = {
        ...db,
        async transaction(scope, work) {
          if (isCommitted) await db.transaction(scope, work);
          throw new Error("the connection broke");
        },
      };
      const receive = createFileReceiver({ db: breaking, objects: testObjects });
      const target = { tenantId, callerId: "somebody", sourceId, path: "a.md", sizeBytes: 5 };
      const put = vi.spyOn(testObjects, "put");
      const by = { memberId: owner.member.memberId, ip: "192.0.2.1" };
      const receiving = receive({ body: Readable.from([Buffer.from("words")]) } as never, target, (tx, file) =>
        addUpload(tx, world.jobs, by, file),
      );
      await expect(receiving).rejects.toThrow("the connection broke");
      const [key] = put.mock.lastCall ?? [];
      put.mockRestore();
      expect(key && (await testObjects.get(key)) !== undefined).toBe(isCommitted);
    },
  );

  test("is read by a job, is found by what it says, and comes back as it was", async () => {
    const owner = await newOwner();
    const bytes = page("The elephant is grey.");
    const { status, body } = await upload(owner, "animals/elephant’s.html", bytes);
    expect([status, body.outcome]).toEqual([200, "queued"]);

    const document = await settled(owner, "animals/elephant’s.html");
    expect(document).toMatchObject({
      status: "ready",
      title: "Animals",
      sourceKind: "upload",
      originalType: "text/html",
      originalBytes: Buffer.byteLength(bytes),
      versionId: body.versionId,
    });
    const [passage] = await searchKnowledge(db, embedder, owner.tenantId, "elephant", { limit: 1 });
    expect(passage).toMatchObject({ text: "The elephant is grey.", documentId: body.documentId });

    const back = await download(owner.cookie, body.versionId);
    expect(back.statusCode).toBe(200);
    expect(back.body).toBe(bytes);
    // It may be anything: no browser is to show it.
    expect(back.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": "attachment; filename*=UTF-8''elephant%E2%80%99s.html",
      "x-content-type-options": "nosniff",
    });
    const entries = await db.read(owner.tenantId, (read) => read.select().from(auditLog));
    expect(entries.find(({ action }) => action === "document.added")).toMatchObject({
      actorId: owner.member.memberId,
      targetId: body.documentId,
    });
  });

  test("under a name that is there is its new version; the same bytes cost nothing", async () => {
    const owner = await newOwner();
    const first = await upload(owner, "a.html", page("The elephant is grey."));
    await settled(owner, "a.html");
    const again = await upload(owner, "a.html", page("The elephant is grey."));
    expect(again.body).toEqual({ ...first.body, outcome: "unchanged" });
    expect(await settled(owner, "a.html")).toMatchObject({ version: 1 });

    const { body } = await upload(owner, "a.html", page("The elephant is green."));
    expect(body).toMatchObject({ documentId: first.body.documentId, outcome: "queued" });
    expect(await settled(owner, "a.html")).toMatchObject({ version: 2, servedVersion: 2 });
    // Of what was not needed nothing is kept; of each version its own file is.
    expect((await download(owner.cookie, body.versionId)).body).toContain("green");
    expect((await download(owner.cookie, first.body.versionId)).body).toContain("grey");
    const versions = await db.read(owner.tenantId, (read) => read.select().from(documentVersions));
    expect(versions).toHaveLength(2);
  });

  test("that was to go stays when the same file is sent once more, and the log says who sent it", async () => {
    const owner = await newOwner();
    const { body } = await upload(owner, "a.html", page("The elephant is grey."));
    await settled(owner, "a.html");
    const { documentId } = body;
    await owner.api.knowledgeTests.changes.choose({ mode: "ask" });
    expect(await owner.api.knowledge.documents.remove({ documentId })).toEqual({ held: true });
    const again = await upload(owner, "a.html", page("The elephant is grey."));
    expect(again.body).toEqual({ ...body, outcome: "unchanged" });
    expect(await owner.api.knowledge.documents.get({ documentId })).toMatchObject({ leavingWith: null });
    const entries = await db.read(owner.tenantId, (read) => read.select().from(auditLog));
    expect(entries.find(({ action }) => action === "document.removal_taken_back")).toMatchObject({
      actorId: owner.member.memberId,
      targetId: documentId,
    });
  });

  test("is kept of the newest five versions, as their text is", async () => {
    const owner = await newOwner();
    const versions: DocumentVersionId[] = [];
    for (let version = 1; version <= 7; version += 1) {
      const { body } = await upload(owner, "a.md", `# A\n\nText ${version}`);
      versions.push(body.versionId);
      await expect
        .poll(async () => (await settled(owner, "a.md")).versionId, { timeout: 20_000 })
        .toBe(versions.at(-1));
    }
    const [first, second, third] = versions;
    await expect.poll(async () => (await download(owner.cookie, second ?? "")).statusCode).toBe(404);
    expect(
      await testObjects.get(objectKey(owner.tenantId, owner.sourceId, first as DocumentVersionId)),
    ).toBeUndefined();
    expect((await download(owner.cookie, third ?? "")).body).toBe("# A\n\nText 3");
    const { id: documentId } = await settled(owner, "a.md");
    const text = (versionId: DocumentVersionId | undefined) =>
      owner.api.knowledge.documents.text({ documentId, versionId: versionId as DocumentVersionId });
    expect((await text(third)).text).toContain("Text 3");
    await expect(text(second)).rejects.toMatchObject({ message: "document.not_found" });
  });

  test("that could not be read is kept no longer than others, and takes nobody's place in service", async () => {
    const owner = await newOwner();
    const { body: good } = await upload(owner, "a.html", page("The elephant is grey."));
    await settled(owner, "a.html");
    const broken: DocumentVersionId[] = [];
    for (let version = 2; version <= 8; version += 1) {
      const { body } = await upload(owner, "a.html", `%PDF-1.7 is no page ${version}`);
      broken.push(body.versionId);
      await expect
        .poll(async () => (await settled(owner, "a.html")).versionId, { timeout: 20_000 })
        .toBe(broken.at(-1));
    }
    const versions = async () => {
      const rows = await db.read(owner.tenantId, (read) => read.select().from(documentVersions));
      return rows
        .map(({ version, originalBytes }) => [version, originalBytes !== null])
        .toSorted(([a], [b]) => Number(a) - Number(b));
    };
    // What answers are made from, and the newest five.
    await expect.poll(versions, { timeout: 20_000 }).toEqual([1, 4, 5, 6, 7, 8].map((version) => [version, true]));
    expect((await download(owner.cookie, good.versionId)).body).toContain("grey");
    for (const versionId of broken.slice(0, 2))
      expect(await testObjects.get(objectKey(owner.tenantId, owner.sourceId, versionId))).toBeUndefined();
  });

  test("that can't be read says why, and leaves the version before it in service", async () => {
    const owner = await newOwner();
    await upload(owner, "a.html", page("The elephant is grey."));
    await settled(owner, "a.html");
    await upload(owner, "a.html", "%PDF-1.7 is no page");
    expect(await settled(owner, "a.html")).toMatchObject({
      version: 2,
      status: "failed",
      failureCode: "document.mismatch",
      servedVersion: 1,
    });
    const [document] = (await owner.api.knowledge.documents.list({})).documents;
    if (!document) throw new Error("there is one");
    const text = await owner.api.knowledge.documents.text({ documentId: document.id, versionId: document.versionId });
    expect(text).toMatchObject({ text: "", length: 0, next: null });
    // No other bytes come of it by trying again; but it may be tried.
    await throughQueue(owner, (api) => api.knowledge.documents.retry({ documentId: document.id }));
    expect(await settled(owner, "a.html")).toMatchObject({ status: "failed", failureCode: "document.mismatch" });
  });

  test("is deleted with its document, and so is what was sent and never became one with its source", async () => {
    const owner = await newOwner();
    const { body } = await upload(owner, "a.html", page("The elephant is grey."));
    await upload(owner, "b.html", page("The lion is yellow."));
    await settled(owner, "b.html");
    await settled(owner, "a.html");
    const keyOf = (versionId: string) => objectKey(owner.tenantId, owner.sourceId, versionId);
    expect(await testObjects.get(keyOf(body.versionId))).toBeDefined();
    await throughQueue(owner, (api) => api.knowledge.documents.remove({ documentId: body.documentId }));
    await expect.poll(() => testObjects.get(keyOf(body.versionId))).toBeUndefined();
    expect((await download(owner.cookie, body.versionId)).json().error.code).toBe("document.not_found");

    const orphan = keyOf(randomUUID());
    await testObjects.put(orphan, (async function* () {})(), 0);
    await throughQueue(owner, (api) => api.knowledge.sources.remove({ sourceId: owner.sourceId }));
    await expect.poll(() => testObjects.get(orphan)).toBeUndefined();
  });
});

/** With the real queue, which the world's callers only pretend to have. */
async function throughQueue(owner: Owner, work: (api: Owner["api"]) => Promise<unknown>) {
  const before = world.world.orders.length;
  await work(owner.api);
  for (const { name, order } of world.world.orders.slice(before)) {
    await db.transaction(owner.tenantId, (tx) => world.jobs.queue.send(tx, name, order));
  }
}

describe("a file is refused", () => {
  test("before it is sent, when it is too large", async () => {
    const owner = await newOwner();
    await world.api.listen({ host: "127.0.0.1", port: 0 });
    const { port } = world.api.server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const headers = {
      host: "localhost",
      origin: dashboard,
      ...world.csrfOf(owner.cookie),
      "content-type": "application/octet-stream",
      "content-length": 200 * 1024 * 1024,
    };
    const query = new URLSearchParams({ sourceId: owner.sourceId, path: "a.pdf" });
    socket.write(
      `POST /api/knowledge/uploads?${query} HTTP/1.1\r\n${Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join("")}\r\n`,
    );
    // Not a byte of it was sent, and the answer is whole.
    let answer = "";
    for await (const part of socket) answer += part;
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain("document.too_large");
  });

  test("when it is of no kind that is read, goes into no source for files, or does not say how long it is", async () => {
    const owner = await newOwner();
    expect(await upload(owner, "a.exe", "MZ")).toMatchObject({ status: 415, code: "document.type_unknown" });
    expect(await upload(owner, "", "x")).toMatchObject({ status: 400, code: "input.invalid" });
    const none = { ...owner, sourceId: SourceId.parse(randomUUID()) };
    expect(await upload(none, "a.md", "x")).toMatchObject({ status: 404, code: "source.not_found" });
    await owner.api.knowledge.sources.create({ id: none.sourceId, kind: "written", name: "Written" });
    expect(await upload(none, "a.md", "x")).toMatchObject({ status: 409, code: "source.wrong_kind" });
    const json = { "content-type": "application/json", "content-length": "2" };
    expect(await upload(owner, "a.md", "{}", json)).toMatchObject({ status: 400, code: "input.invalid" });
    expect((await owner.api.knowledge.documents.list({})).documents).toEqual([]);
  });

  test("when the workspace's files would take more than they may, and no other workspace's are counted", async () => {
    const words = "words ".repeat(10);
    const [owner, other] = [await newOwner(), await newOwner()];
    await upload(owner, "a.md", "# A\n\nText");
    await settled(owner, "a.md");
    // All but a few bytes of what there is, beside those of the first one.
    await withClient(database.adminConnection, (admin) =>
      admin.query(
        `insert into document_versions (tenant_id, document_id, version, title, media_type, content, content_sha256, status, original_bytes, original_sha256)
          select tenant_id, id, 1 + number, 'A', 'text/markdown', '', '', 'ready', $1::bigint / 10, 'none'
          from documents, generate_series(1, 10) number where tenant_id = $2`,
        [limits.storedBytes - 20, owner.tenantId],
      ),
    );
    const beginning = owner.api.knowledge.documents.beginUpload({
      sourceId: owner.sourceId,
      path: "b.md",
      sizeBytes: words.length,
    });
    await expect(beginning).rejects.toMatchObject({ message: "document.storage_full" });
    expect(await upload(owner, "b.md", words)).toMatchObject({ status: 409, code: "document.storage_full" });
    expect(await upload(other, "b.md", words)).toMatchObject({ status: 200 });
    // Files that came at the same time are counted once more when they are there, and what is too much is not kept.
    const { tenantId, sourceId } = owner;
    const receive = createFileReceiver({ db, objects: testObjects });
    const by = { memberId: owner.member.memberId, ip: "192.0.2.1" };
    const put = vi.spyOn(testObjects, "put");
    const target = { tenantId, callerId: "somebody", sourceId, path: "b.md", sizeBytes: words.length };
    const receiving = receive({ body: Readable.from([Buffer.from(words)]) } as never, target, (tx, file) =>
      addUpload(tx, world.jobs, by, file),
    );
    await expect(receiving).rejects.toMatchObject({ code: "document.storage_full" });
    const [key] = put.mock.lastCall ?? [];
    put.mockRestore();
    expect(key && (await testObjects.get(key))).toBeUndefined();
  });

  test("while as many of the workspace wait as may, and no other workspace waits for that", async () => {
    const [owner, other] = [await newOwner(), await newOwner()];
    for (const path of ["a.md", "same.md"]) {
      await upload(owner, path, "# A\n\nText");
      await settled(owner, path);
    }
    await withClient(database.adminConnection, (admin) =>
      admin.query(
        `insert into document_versions (tenant_id, document_id, version, title, media_type, original_bytes, original_sha256)
          select tenant_id, id, number, 'A', 'text/markdown', 1, 'none'
          from documents, generate_series(2, $1::integer + 1) number where tenant_id = $2 and path = 'a.md'`,
        [limits.waitingDocuments, owner.tenantId],
      ),
    );
    const full = { status: 429, code: "document.queue_full", retryAfter: "5" };
    expect(await upload(owner, "b.md", "x")).toMatchObject(full);
    // Nothing waits for what is the same; what only has its length does.
    expect(await upload(owner, "same.md", "# A\n\nText")).toMatchObject({
      status: 200,
      body: { outcome: "unchanged" },
    });
    expect(await upload(owner, "same.md", "# B\n\nText")).toMatchObject(full);
    expect(await upload(other, "b.md", "x")).toMatchObject({ status: 200 });
  });
});

describe("[T1 T14] of another workspace", () => {
  test("a source takes no file, and an original is not there", async () => {
    const [ours, theirs] = [await newOwner(), await newOwner()];
    const { body } = await upload(theirs, "secret.md", "# Secret\n\ncanary");
    const missing = randomUUID();
    const put = async (sourceId: string) => {
      const { status, code } = await upload({ ...ours, sourceId: SourceId.parse(sourceId) }, "a.md", "x");
      return [status, code];
    };
    expect(await put(theirs.sourceId)).toEqual(await put(missing));
    const get = async (versionId: string) => {
      const answer = await download(ours.cookie, versionId);
      expect(answer.body).not.toContain("canary");
      return [answer.statusCode, answer.json().error.code];
    };
    expect(await get(body.versionId)).toEqual(await get(missing));
  });

  test("[T1 T14 control] its own people get it", async () => {
    const theirs = await newOwner();
    const { body } = await upload(theirs, "secret.md", "# Secret\n\ncanary");
    expect((await download(theirs.cookie, body.versionId)).body).toContain("canary");
  });
});

test("files are given by owners and admins, and taken by every member; a stranger does neither", async () => {
  const owner = await newOwner();
  const { body } = await upload(owner, "a.md", "# A\n\nText");
  const as = (role: Role) =>
    withClient(database.adminConnection, (admin) =>
      admin.query("update members set role = $1 where id = $2", [role, owner.member.memberId]),
    );
  const given: unknown[] = [];
  for (const role of ["owner", "admin", "member", "viewer"] as const) {
    await as(role);
    given.push((await upload(owner, `${role}.md`, "# A\n\nText")).status);
    expect((await download(owner.cookie, body.versionId as DocumentVersionId)).statusCode).toBe(200);
  }
  expect(given).toEqual([200, 200, 403, 403]);
  expect((await download("", body.versionId)).statusCode).toBe(401);
  expect((await upload({ ...owner, cookie: "" }, "a.md", "x")).status).toBe(401);
});

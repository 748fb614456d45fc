import { auditLog } from "@parley/db/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLibrary, createWordEmbedder } from "../testing/library.ts";
import { createWorld, type World } from "../testing/world.ts";
import { addDocument } from "./add-document.ts";
import { giveUp } from "./ingest-document.ts";
import { listPages } from "./list-pages.ts";
import { readDocument } from "./read-document.ts";
import { removeDocumentAsOperator } from "./remove-document-as-operator.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const source = "https://docs.example.com/";
const address = "https://docs.example.com/returns";

async function newSite() {
  const { tenantId } = await world.tenant();
  const library = createLibrary(world.db, tenantId, createWordEmbedder());
  const jobs = { send: async () => {} };
  return {
    ...library,
    tenantId,
    addPage: async (path: string, text: string, fetched: { depth: number; etag?: string } | undefined) => {
      const document = { source, path, ...(await readDocument(Buffer.from(text), "page.md")) };
      return world.db.transaction(tenantId, (tx) =>
        addDocument(tx, jobs, { ...document, ...(fetched && { fetched }) }),
      );
    },
    pages: () => listPages(world.db, tenantId, source),
    removeAsOperator: (path: string) =>
      world.db.transaction(tenantId, (tx) => removeDocumentAsOperator(tx, jobs, { source, path }, null)),
  };
}

test("a page is known with what its server called its newest version, also when the words are the same", async () => {
  const site = await newSite();
  await site.addPage(address, "Send it back.", { depth: 1, etag: '"1"' });
  expect(await site.pages()).toEqual([{ address, depth: 1, validators: { etag: '"1"' } }]);
  const { outcome } = await site.addPage(address, "Send it back.", { depth: 2, etag: '"2"' });
  expect(outcome).toBe("unchanged");
  expect(await site.pages()).toEqual([{ address, depth: 2, validators: { etag: '"2"' } }]);

  const elsewhere = await newSite();
  expect(await elsewhere.pages()).toEqual([]);
});

test("a page whose newest version could not be read in is asked for anew", async () => {
  const site = await newSite();
  const { documentId, versionId } = await site.addPage(address, "Send it back.", { depth: 0, etag: '"1"' });
  await giveUp(world.db, { tenantId: site.tenantId, documentId, versionId }, "document.broken");
  expect(await site.pages()).toEqual([{ address, depth: 0, validators: {} }]);
});

test("a document that somebody put under a page's address is no page any more", async () => {
  const site = await newSite();
  await site.addPage(address, "Send it back.", { depth: 0 });
  await site.addPage(address, "Keep it.", undefined);
  expect(await site.pages()).toEqual([]);
});

test("a page that is gone is found by no question from then on, and the audit log tells of it", async () => {
  const site = await newSite();
  const { documentId, versionId } = await site.addPage(address, "Send it back within thirty days.", { depth: 0 });
  await site.ingest({ tenantId: site.tenantId, documentId, versionId });
  expect(await site.search("send it back")).toHaveLength(1);

  await site.removeAsOperator(address);
  expect(await site.search("send it back")).toEqual([]);
  expect(await site.pages()).toEqual([]);
  const entries = await world.db.read(site.tenantId, (read) => read.select().from(auditLog));
  expect(entries.at(-1)).toMatchObject({
    action: "document.removed",
    actorKind: "operator",
    targetId: documentId,
  });
  await expect(site.removeAsOperator(address)).rejects.toMatchObject({ code: "document.not_found" });
});

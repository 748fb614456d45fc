import { afterAll, beforeAll, expect, test } from "vitest";
import { createLibrary, createWordEmbedder } from "../testing/library.ts";
import { createWorld, type World } from "../testing/world.ts";
import { addDocument } from "./add-document.ts";
import { giveUp } from "./ingest-document.ts";
import { listPages } from "./list-pages.ts";
import { readDocument } from "./read-document.ts";
import { listSources } from "./sources/list-sources.ts";

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
    async pages() {
      const [found] = (await listSources(world.db, tenantId)).sources;
      return found ? listPages(world.db, tenantId, found.id) : [];
    },
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

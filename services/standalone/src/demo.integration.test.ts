import type { TenantId } from "@parley/contracts";
import { addDocument } from "@parley/core/knowledge/add-document";
import { readDocument } from "@parley/core/knowledge/read-document";
import { removeDocument } from "@parley/core/knowledge/remove-document";
import { createWorld } from "@parley/core/testing/world";
import type { Database } from "@parley/db";
import { documents } from "@parley/db/schema";
import { isNull } from "drizzle-orm";
import { expect, test } from "vitest";
import { ingestDocumentation } from "./demo.ts";

const jobs = { send: async () => {} };

/** As the data folder does. */
function remember(pages: string[] = []) {
  let noted = pages;
  return {
    read: async () => noted,
    write: async (now: string[]) => {
      noted = now;
    },
  };
}

const present = async (db: Database, tenantId: TenantId) => {
  const rows = await db.read(tenantId, (read) => read.select().from(documents).where(isNull(documents.removedAt)));
  return new Map(rows.map(({ path, id }) => [path, id]));
};

test("Parley's documentation is there after the first start, and the same after the second", async () => {
  await using world = await createWorld();
  const { tenantId } = await world.tenant();
  const offeredPages = remember();
  const versions = await ingestDocumentation({ db: world.db, jobs, offeredPages }, tenantId);
  const first = await present(world.db, tenantId);
  expect([...first.keys()]).toEqual(expect.arrayContaining(["README.md", "docs/knowledge.md"]));
  expect(versions).toHaveLength(first.size);

  const again = await ingestDocumentation({ db: world.db, jobs, offeredPages }, tenantId);
  expect(new Set(again)).toEqual(new Set(versions));
});

test("a page that a release no longer has is taken out, and what somebody took out stays out", async () => {
  await using world = await createWorld();
  const { db } = world;
  const { tenantId } = await world.tenant();
  const offeredPages = remember();
  await ingestDocumentation({ db, jobs, offeredPages }, tenantId);
  const old = await readDocument(new TextEncoder().encode("# Old\n\nIt was so once."), "docs/old.md");
  await db.transaction(tenantId, async (tx) => {
    await addDocument(tx, jobs, { source: "Parley's documentation", path: "docs/old.md", ...old });
    await addDocument(tx, jobs, { source: "Files", path: "docs/old.md", ...old });
  });
  const before = await present(db, tenantId);
  const unwanted = before.get("docs/widget.md");
  if (!unwanted) throw new Error("the documentation has another page now: choose one of today's");
  await db.transaction(tenantId, (tx) => removeDocument(tx, jobs, unwanted));

  await ingestDocumentation({ db, jobs, offeredPages }, tenantId);
  const after = await present(db, tenantId);
  expect(after.has("docs/widget.md")).toBe(false);
  expect(after.has("README.md")).toBe(true);
  const rows = await db.read(tenantId, (read) => read.select().from(documents).where(isNull(documents.removedAt)));
  expect(rows.filter(({ path }) => path === "docs/old.md")).toHaveLength(1); // the other source's
});

test("a page that a release has added is there after the next start, also where nothing was noted of earlier ones", async () => {
  await using world = await createWorld();
  const { db } = world;
  const { tenantId } = await world.tenant();
  const offeredPages = remember();
  await ingestDocumentation({ db, jobs, offeredPages }, tenantId);
  const [page = "", id] = [...(await present(db, tenantId))].find(([path]) => path === "docs/widget.md") ?? [];
  if (!id) throw new Error("the documentation has another page now: choose one of today's");
  await db.transaction(tenantId, (tx) => removeDocument(tx, jobs, id));
  await ingestDocumentation({ db, jobs, offeredPages }, tenantId);
  expect((await present(db, tenantId)).has(page)).toBe(false);

  for (const before of [(await offeredPages.read()).filter((path) => path !== page), []]) {
    await ingestDocumentation({ db, jobs, offeredPages: remember(before) }, tenantId);
    const [, added] = [...(await present(db, tenantId))].find(([path]) => path === page) ?? [];
    if (!added) throw new Error("the page was not added");
    await db.transaction(tenantId, (tx) => removeDocument(tx, jobs, added));
  }
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openDatabase } from "@parley/db";
import { openEmbedded } from "@parley/db/embedded";
import { createTestDatabase, withClient } from "@parley/db/testing";
import { createLogger } from "@parley/platform/log";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createLibrary, createWordEmbedder, sections } from "../testing/library.ts";
import { testObjects } from "../testing/test-objects.ts";
import { createWorld } from "../testing/world.ts";
import { addDocument } from "./add-document.ts";
import { createMinilmEmbedder } from "./embedders/minilm.ts";
import { findVersionStatus } from "./find-version-status.ts";
import { createJobs } from "./jobs.ts";
import { readDocument } from "./read-document.ts";
import { removeDocument } from "./remove-document.ts";
import { searchKnowledge } from "./search.ts";
import { exactStatement } from "./search-statement.ts";

/** 800 chunks are written, or a database is made and a model loaded: that is what these tests are about, and it takes what it takes. */
const large = { timeout: 180_000 };

test("under row-level security, the words are looked up by the index of the tenant and the term", large, async () => {
  const database = await createTestDatabase();
  const db = openDatabase({ connection: database.connection, max: 2 });
  try {
    const world = await createWorld(db);
    const tenants = [await world.tenant(), await world.tenant()];
    for (const { tenantId } of tenants) {
      const library = createLibrary(db, tenantId, createWordEmbedder());
      for (let index = 0; index < 10; index += 1) await library.read(`${index}.md`, sections(40, `animal${index}`));
    }
    await withClient(database.adminConnection, (admin) => admin.query("vacuum analyze"));

    const statement = exactStatement({
      question: "animal3 number",
      vector: `[${Array(64).fill(0.125)}]`,
      embedderId: "words",
    });
    const { rows } = await db.read(tenants[0]?.tenantId ?? "system", (read) =>
      read.execute<{ "QUERY PLAN": string }>(sql`explain (costs off) ${statement}`),
    );
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toMatch(/Index (?:Only )?Scan (?:using|on) postings_pkey/);
    // As PostgreSQL 16 and 18 say it.
    expect(plan).toMatch(/Index Cond: \(\(tenant_id = (?:\(InitPlan \d+\)\.col1|\$\d+)\) AND \(term = ANY/);
    expect(plan).not.toMatch(/Seq Scan on postings/);
  } finally {
    await db.close();
    await database.drop();
  }
});

test(
  "on the embedded database, documents go through jobs and the built-in embedder and are found by what they mean",
  large,
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "parley-knowledge-"));
    const embedded = await openEmbedded({ dataDir: path.join(folder, "database") });
    const db = openDatabase(embedded);
    const embedder = await createMinilmEmbedder();
    const jobs = createJobs({ db, logger: createLogger({ level: "silent", format: "json" }), embedded: true });
    try {
      const world = await createWorld(db);
      const { tenantId } = await world.tenant();
      const search = (question: string) => searchKnowledge(db, embedder, tenantId, question, { limit: 3 });
      const add = async (file: string, text: string) => {
        const document = await readDocument(new TextEncoder().encode(text), file);
        return db.transaction(tenantId, (tx) => addDocument(tx, jobs, { source: "docs", path: file, ...document }));
      };
      await jobs.start();
      await jobs.work({ embedder, objects: testObjects });
      const added = [
        await add("returns.md", "# Returns\n\nRefunds are paid within thirty days of the purchase.\n"),
        await add("shipping.md", "# Shipping\n\nParcels leave the warehouse every morning.\n"),
        await add("animals.txt", "The elephant is the largest animal that lives on land."),
      ];
      for (const { versionId } of added) {
        await expect
          .poll(() => findVersionStatus(db, tenantId, versionId), large)
          .toMatchObject({ status: "ready", chunks: 1 });
      }

      const [money] = await search("How do I get my money back?");
      expect(money).toMatchObject({ path: "returns.md", headingPath: ["Returns"], lexical: 0 });
      expect(money?.cosine).toBeGreaterThan(0.3);
      expect(await search("Which animal is the largest?")).toMatchObject([{ path: "animals.txt" }, {}, {}]);

      const [returns] = added;
      if (returns) await db.transaction(tenantId, (tx) => removeDocument(tx, jobs, returns.documentId));
      expect((await search("How do I get my money back?")).map(({ path }) => path)).not.toContain("returns.md");
    } finally {
      await jobs.stop();
      await embedder.close();
      await db.close();
      await embedded.close();
      await rm(folder, { recursive: true });
    }
  },
);

import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type DocumentId, type TenantId, UserId } from "@parley/contracts";
import { addDocument } from "@parley/core/knowledge/add-document";
import { createMinilmEmbedder } from "@parley/core/knowledge/embedders/minilm";
import { findVersionStatus } from "@parley/core/knowledge/find-version-status";
import { createJobs } from "@parley/core/knowledge/jobs";
import type { Embedder, Passage } from "@parley/core/knowledge/passage";
import { readDocument } from "@parley/core/knowledge/read-document";
import { searchKnowledge } from "@parley/core/knowledge/search";
import { createTenant } from "@parley/core/tenants/create-tenant";
import { type Database, openDatabase } from "@parley/db";
import { openEmbedded } from "@parley/db/embedded";
import { createLogger, type Logger } from "@parley/platform/log";
import { createFolderStore } from "@parley/platform/objects/folder-store";
import type { RetrievalTask } from "./read-task.ts";

/** A tenant of its own that holds a task's documents, each read in as a document of the product is. */
export type RetrievalLibrary = AsyncDisposable & {
  db: Database;
  embedder: Embedder;
  tenantId: TenantId;
  /** Reads all of them in. @returns how long that took */
  ingest(docs: RetrievalTask["docs"]): Promise<number>;
  search(question: string, limit: number): Promise<Passage[]>;
  /** Which of the task's documents it is. */
  indexOf(documentId: DocumentId): number;
};

/**
 * @param databaseUrl the login `door` of a migrated database; without one, an embedded database in a folder for the time being
 */
export async function openRetrievalLibrary(databaseUrl: string | undefined): Promise<RetrievalLibrary> {
  const logger = createLogger({ level: "error", format: "pretty" }, process.stderr);
  const { db, close } = databaseUrl ? openServer(databaseUrl) : await openFolder(logger);
  const embedder = await createMinilmEmbedder();
  const jobs = createJobs({ db, logger, embedded: !databaseUrl });
  await jobs.start();
  const tenantId = await newTenant(db);
  const places = new Map<DocumentId, number>();

  return {
    db,
    embedder,
    tenantId,
    async ingest(docs) {
      const started = performance.now();
      await jobs.work({ embedder, objects: createFolderStore(path.join(tmpdir(), "parley-bench-objects")) });
      const versions = [];
      for (const [index, { text }] of docs.entries()) {
        const file = `${index}.txt`;
        const document = await readDocument(new TextEncoder().encode(text), file);
        const { documentId, versionId } = await db.transaction(tenantId, (tx) =>
          addDocument(tx, jobs, { source: "task", path: file, ...document }),
        );
        places.set(documentId, index);
        versions.push(versionId);
      }
      for (const versionId of versions) {
        for (let status = "queued"; status !== "ready"; ) {
          const found = await findVersionStatus(db, tenantId, versionId);
          if (!found || found.status === "failed")
            throw new Error(`A document could not be read in: ${found?.failure}`);
          ({ status } = found);
          if (status !== "ready") await wait(50);
        }
      }
      return performance.now() - started;
    },
    search: (question, limit) => searchKnowledge(db, embedder, tenantId, question, { limit }),
    indexOf: (documentId) => places.get(documentId) ?? -1,
    async [Symbol.asyncDispose]() {
      await jobs.stop();
      await embedder.close();
      await close();
    },
  };
}

async function newTenant(db: Database): Promise<TenantId> {
  const owner = { userId: UserId.parse(randomUUID()), name: "Bench" };
  const { tenantId } = await createTenant(db, { slug: `bench-${randomUUID()}`, name: "Bench", owner });
  return tenantId;
}

function openServer(connectionString: string) {
  const db = openDatabase({ connection: { connectionString } });
  return { db, close: () => db.close() };
}

async function openFolder(logger: Logger) {
  const folder = await mkdtemp(path.join(tmpdir(), "parley-bench-"));
  const embedded = await openEmbedded({
    dataDir: path.join(folder, "database"),
    onLost: (error) => logger.error({ err: error }, "database lost"),
  });
  const db = openDatabase(embedded);
  return {
    db,
    async close() {
      await db.close();
      await embedded.close();
      await rm(folder, { recursive: true });
    },
  };
}

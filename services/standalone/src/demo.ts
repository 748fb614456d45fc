import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Accounts } from "@parley/auth";
import type { DocumentVersionId, TenantId } from "@parley/contracts";
import { createInbox } from "@parley/core/inboxes/create-inbox";
import { addDocument } from "@parley/core/knowledge/add-document";
import type { KnowledgeJobs } from "@parley/core/knowledge/jobs";
import { type ReadDocument, readDocument } from "@parley/core/knowledge/read-document";
import { removeDocument } from "@parley/core/knowledge/remove-document";
import { createTenant } from "@parley/core/tenants/create-tenant";
import { findTenantBySlug } from "@parley/core/tenants/find-tenant";
import type { Database } from "@parley/db";
import { documents, documentVersions, inboxes, sources } from "@parley/db/schema";
import { and, eq, inArray, isNull, notInArray } from "drizzle-orm";
import type { DataFolder } from "./data-folder.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));

export const demoSignIn = {
  email: "demo@example.com",
  name: "Demo member",
} as const;

/** The tenant that a new installation has, with an inbox for the demo shop page; made at the first start and then left alone. */
export async function ensureDemoTenant(
  { db, accounts }: { db: Database; accounts: Accounts },
  { password, origins }: { password: string; origins: string[] },
): Promise<{ tenantId: TenantId; publishableKey: string }> {
  const userId = await accounts.ensureUser({ ...demoSignIn, password });
  const known = await findTenantBySlug(db, "demo");
  const tenantId =
    known ??
    (
      await createTenant(db, {
        slug: "demo",
        name: "Parley demo",
        owner: { userId, name: demoSignIn.name },
      })
    ).tenantId;
  const publishableKey = await db.transaction(tenantId, async (tx) => {
    const [inbox] = await tx.select().from(inboxes).limit(1);
    if (!inbox) {
      const made = await createInbox(tx, tenantId, {
        name: "Demo shop",
        assistantName: "Parley",
        greeting: "Hello! Ask me anything about Parley: I answer from its documentation and show you where it says so.",
        allowedOrigins: origins,
      });
      return made.publishableKey;
    }
    // The ports may be others than last time; what somebody added stays.
    const missing = origins.filter((origin) => !inbox.allowedOrigins.includes(origin));
    if (missing.length > 0) {
      await tx
        .update(inboxes)
        .set({ allowedOrigins: [...inbox.allowedOrigins, ...missing] })
        .where(eq(inboxes.id, inbox.id));
    }
    return inbox.publishableKey;
  });
  return { tenantId, publishableKey };
}

const source = "Parley's documentation";

/**
 * Gives the demo tenant Parley's own documentation, by the way that every document goes: all of it at the first start, and later the
 * pages that a release has added. What is there is kept as the files are now; what somebody took out stays out.
 *
 * @param services.offeredPages which pages it was given before
 * @returns the versions that hold it; those that are new are still to be read in
 */
export async function ingestDocumentation(
  {
    db,
    jobs,
    offeredPages,
  }: { db: Database; jobs: Pick<KnowledgeJobs, "send">; offeredPages: DataFolder["offeredPages"] },
  tenantId: TenantId,
): Promise<DocumentVersionId[]> {
  const files = await readDocumentation();
  const offered = new Set(await offeredPages.read());
  const versions = await db.transaction(tenantId, async (tx) => {
    const [known] = await tx.select({ id: sources.id }).from(sources).where(eq(sources.name, source));
    const present =
      known &&
      (await tx
        .select({ id: documents.id, path: documents.path })
        .from(documents)
        .where(and(eq(documents.sourceId, known.id), isNull(documents.removedAt))));
    for (const { id, path } of present ?? []) {
      if (!files.has(path)) await removeDocument(tx, jobs, id);
    }
    const versions: DocumentVersionId[] = [];
    const isThere = new Set(present?.map(({ path }) => path));
    for (const [path, document] of files) {
      if (!isThere.has(path) && offered.has(path)) continue;
      versions.push((await addDocument(tx, jobs, { source, path, ...document })).versionId);
    }
    return versions;
  });
  await offeredPages.write([...files.keys()]);
  return versions;
}

/** By their paths. */
async function readDocumentation(): Promise<Map<string, ReadDocument>> {
  const inDocs = await readdir(path.join(project, "docs"), { recursive: true });
  const files = ["README.md", ...inDocs.map((file) => path.join("docs", file))].filter((file) => file.endsWith(".md"));
  const read = async (file: string) =>
    [file, await readDocument(await readFile(path.join(project, file)), file)] as const;
  return new Map(await Promise.all(files.sort().map(read)));
}

/** How many of the versions are still on their way. */
export function countUnfinished(
  db: Database,
  tenantId: TenantId,
  versions: readonly DocumentVersionId[],
): Promise<number> {
  const { id, status } = documentVersions;
  const unfinished = and(inArray(id, [...versions]), notInArray(status, ["ready", "failed"]));
  return db.read(tenantId, (read) => read.$count(documentVersions, unfinished));
}

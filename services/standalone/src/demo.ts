import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Accounts } from "@parley/auth";
import type { TenantId } from "@parley/contracts";
import { createInbox } from "@parley/core/inboxes/create-inbox";
import { addDocument } from "@parley/core/knowledge/add-document";
import type { KnowledgeJobs } from "@parley/core/knowledge/jobs";
import { readDocument } from "@parley/core/knowledge/read-document";
import { createTenant } from "@parley/core/tenants/create-tenant";
import { findTenantBySlug } from "@parley/core/tenants/find-tenant";
import type { Database } from "@parley/db";
import { documents, documentVersions, inboxes } from "@parley/db/schema";
import { count, eq, inArray, sql } from "drizzle-orm";

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

/** Gives the demo tenant Parley's own documentation, by the way that every document goes. What has not changed costs nothing. */
export async function ingestDocumentation(
  { db, jobs }: { db: Database; jobs: KnowledgeJobs },
  tenantId: TenantId,
): Promise<{ documents: number; queued: number }> {
  const inDocs = await readdir(path.join(project, "docs"), { recursive: true });
  const files = ["README.md", ...inDocs.map((file) => path.join("docs", file))].filter((file) => file.endsWith(".md"));
  let queued = 0;
  for (const file of files.sort()) {
    const document = readDocument(await readFile(path.join(project, file)), file);
    const added = await db.transaction(tenantId, (tx) =>
      addDocument(tx, jobs, {
        source: "Parley's documentation",
        path: file,
        ...document,
      }),
    );
    if (added.outcome === "queued") queued += 1;
  }
  return { documents: files.length, queued };
}

/** How many of the tenant's documents are still on their way. */
export async function countUnfinished(
  db: Database,
  tenantId: TenantId,
): Promise<{ unfinished: number; ready: number }> {
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({
        unfinished:
          sql<number>`count(*) filter (where ${inArray(documentVersions.status, ["queued", "parsing", "embedding"])})`.mapWith(
            Number,
          ),
        ready: count(documents.currentVersionId),
      })
      .from(documentVersions)
      .leftJoin(documents, eq(documents.currentVersionId, documentVersions.id)),
  );
  return row ?? { unfinished: 0, ready: 0 };
}

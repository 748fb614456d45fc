import type { DocumentId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documentVersions } from "@parley/db/schema";
import { desc, eq, sql } from "drizzle-orm";
import { detectLanguage } from "../language/detect-language.ts";
import type { Embedder } from "./passage.ts";
import { findChoices } from "./tenant-embedder.ts";

/** What of a document tells its language, in characters. */
const readLength = 2_000;
const names = new Intl.DisplayNames(["en"], { type: "language" });

/**
 * The language of a document's newest version, by its English name, if the tenant's embedder does not know it: what such a document
 * means is then not found, only its words are. Null where nobody can tell, or the embedder says of no language that it is its own.
 */
export async function foreignLanguage(
  db: Database,
  builtIn: Embedder,
  tenantId: TenantId,
  documentId: DocumentId,
): Promise<string | null> {
  const { current } = builtIn.others ? await findChoices(db, tenantId) : { current: undefined };
  const known = !current || current.kind === "built-in" ? builtIn.language : undefined;
  if (!known) return null;
  const { content, version } = documentVersions;
  const [newest] = await db.read(tenantId, (read) =>
    read
      .select({ beginning: sql<string | null>`left(${content}, ${readLength})` })
      .from(documentVersions)
      .where(eq(documentVersions.documentId, documentId))
      .orderBy(desc(version))
      .limit(1),
  );
  const language = newest?.beginning ? await detectLanguage(newest.beginning) : undefined;
  return language && language !== known ? (names.of(language) ?? language) : null;
}

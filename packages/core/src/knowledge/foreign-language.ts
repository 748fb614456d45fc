import type { DocumentId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documentVersions } from "@parley/db/schema";
import { and, desc, eq, ne, sql } from "drizzle-orm";
import { detectLanguage } from "../language/detect-language.ts";
import type { Embedder } from "./passage.ts";
import { findChoices, languageOf } from "./tenant-embedder.ts";

/** Noted of a version whose language nobody can tell. */
export const unknownLanguage = "und";
/** What of a document tells its language, in characters. */
const readLength = 2_000;
const names = new Intl.DisplayNames(["en"], { type: "language" });

/** What is noted of a version with this text. */
export const languageToNote = async (text: string): Promise<string> => (await detectLanguage(text)) ?? unknownLanguage;

/**
 * The language of a document's newest version that has not failed, by its English name, if the tenant's embedder does not know it: what such a document
 * means is then not found, only its words are. Null where nobody can tell, or the embedder says of no language that it is its own.
 */
export async function foreignLanguage(
  db: Database,
  builtIn: Embedder,
  tenantId: TenantId,
  documentId: DocumentId,
): Promise<string | null> {
  const { current } = builtIn.others ? await findChoices(db, tenantId) : { current: undefined };
  const known = languageOf(builtIn, current);
  if (!known) return null;
  const { content, language: noted, version, status } = documentVersions;
  const [newest] = await db.read(tenantId, (read) =>
    read
      .select({
        noted,
        /** Of one that was read in before its language was noted. */
        beginning: sql<string | null>`case when ${noted} is null then left(${content}, ${readLength}) end`,
      })
      .from(documentVersions)
      .where(and(eq(documentVersions.documentId, documentId), ne(status, "failed")))
      .orderBy(desc(version))
      .limit(1),
  );
  if (!newest) return null;
  const language = newest.noted ?? (newest.beginning ? await languageToNote(newest.beginning) : unknownLanguage);
  return language === unknownLanguage || language === known ? null : (names.of(language) ?? language);
}

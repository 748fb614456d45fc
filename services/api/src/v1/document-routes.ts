import { DocumentId } from "@parley/contracts";
import { getDocument, listDocuments } from "@parley/core/knowledge/list-documents";
import type { Database } from "@parley/db";
import * as z from "zod";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { describeRoute } from "./describe-route.ts";
import { Document, DocumentWithVersions, PageQuery, pageOf } from "./shapes.ts";
import type { TypedApp } from "./typed-app.ts";

const about = { tag: "documents", scope: "documents:read" } as const;
const Name = z
  .string()
  .max(1_000)
  .refine((name) => !name.includes("\0"));
const Place = z.strictObject({ source: Name, path: Name, id: DocumentId });

export function documentRoutes(app: TypedApp, db: Database): void {
  app.get(
    "/documents",
    describeRoute({
      ...about,
      id: "listDocuments",
      summary: "Documents, by source and path",
      takes: { querystring: PageQuery },
      answer: pageOf(Document),
      answerIs: "A page of documents",
    }),
    async ({ keyCaller, query: { limit, cursor } }) => {
      const after = decodeCursor(Place, cursor);
      const page = await listDocuments(db, keyCaller.tenantId, { after, limit });
      const last = page.documents.at(-1);
      return {
        data: page.documents.map((document) => ({
          ...document,
          createdAt: document.createdAt.toISOString(),
          changedAt: document.changedAt.toISOString(),
        })),
        nextCursor: page.complete || !last ? null : encodeCursor({ source: last.source, path: last.path, id: last.id }),
      };
    },
  );

  app.get(
    "/documents/:documentId",
    describeRoute({
      ...about,
      id: "getDocument",
      summary: "One document with its versions, the newest first",
      isOne: true,
      takes: { params: z.object({ documentId: DocumentId }) },
      answer: DocumentWithVersions,
      answerIs: "The document",
    }),
    async ({ keyCaller, params }) => {
      const { versions, ...document } = await getDocument(db, keyCaller.tenantId, params.documentId);
      return {
        ...document,
        createdAt: document.createdAt.toISOString(),
        versions: versions.map((version) => ({
          ...version,
          createdAt: version.createdAt.toISOString(),
          readyAt: version.readyAt?.toISOString() ?? null,
        })),
      };
    },
  );
}

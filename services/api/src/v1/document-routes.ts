import { DocumentId, DocumentPath, rateLimits, SourceId } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { getDocument, listDocuments } from "@parley/core/knowledge/list-documents";
import { removeDocumentAsProgram } from "@parley/core/knowledge/remove-document-as-program";
import { listSources } from "@parley/core/knowledge/sources/list-sources";
import { addUpload } from "@parley/core/knowledge/uploads/add-upload";
import { beginUpload } from "@parley/core/knowledge/uploads/begin-upload";
import * as z from "zod";
import { longestBodyMs } from "../body-deadline.ts";
import type { ApiParts } from "../create-api.ts";
import { spend } from "../rate-limit.ts";
import { createFileReceiver, sizeOf } from "../receive-file.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { describeRoute } from "./describe-route.ts";
import { AddedDocument, Document, DocumentWithVersions, PageQuery, pageOf, Source } from "./shapes.ts";
import type { TypedApp } from "./typed-app.ts";

const about = { tag: "documents", scope: "documents:read" } as const;
const aboutChanges = { tag: "documents", scope: "documents:write" } as const;
const OneDocument = z.object({ documentId: DocumentId });
const Name = z
  .string()
  .max(1_000)
  .refine((name) => !name.includes("\0"));
const Place = z.strictObject({ source: Name, path: Name, id: DocumentId });
/** Where a document that is sent has its place. */
const Target = z.strictObject({
  source: SourceId.describe("A source of the kind `api`: `GET /v1/sources` lists them"),
  path: DocumentPath.describe(
    "Its place in the source, whose ending says what it is: .md, .txt, .html, .csv, .docx, .xlsx or .pdf. The same again is a newer version. 1,000 bytes at most",
  ),
});
/** To be told of, not to be checked: it is read a piece at a time. */
const Bytes = z.any().meta({ type: "string", format: "binary" });

export function documentRoutes(app: TypedApp, parts: ApiParts): void {
  const { db, jobs } = parts;
  const receiveFile = createFileReceiver(parts);

  app.get(
    "/sources",
    describeRoute({
      ...about,
      id: "listSources",
      summary: "The sources of the knowledge, by name",
      takes: {},
      answer: z.object({ data: z.array(Source) }),
      answerIs: "All sources",
    }),
    async ({ keyCaller }) => {
      const { sources } = await listSources(db, keyCaller.tenantId);
      return { data: sources.map(({ id, kind, name, documents }) => ({ id, kind, name, documents: documents.total })) };
    },
  );

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
      summary: "One document with its newest versions",
      isOne: true,
      takes: { params: OneDocument },
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

  const sending = describeRoute({
    ...aboutChanges,
    id: "sendDocument",
    summary: "Send a document, or a newer version of it",
    takes: { querystring: Target, body: Bytes },
    answer: AddedDocument,
    answerIs: "It is kept, and will be read in; `getDocument` says how far it has come",
    refusals: {
      404: "There is no such source in this workspace",
      409: "The source is of another kind than `api`, or the workspace's files take as much as they may",
      413: "The file is larger than 25 MB",
      415: "Its ending is none that can be read, or it comes packed or as a form",
    },
  });
  app.post(
    "/documents",
    {
      schema: { ...sending.schema, consumes: ["application/octet-stream"] },
      config: { ...sending.config, bodyTimeoutMs: longestBodyMs },
    },
    async (request, reply) => {
      // What is refused is not read to its end.
      reply.header("connection", "close");
      const { keyCaller, ip } = request;
      const { tenantId, apiKeyId } = keyCaller;
      const { source: sourceId, path } = request.query;
      // It would be kept as it comes, envelope and all.
      const { "content-type": type = "", "content-encoding": encoding } = request.headers;
      if (encoding || type.startsWith("multipart/")) throw new AppError("document.not_alone");
      await spend(app, reply, rateLimits.uploads, { tenantId, of: [apiKeyId] });
      const sizeBytes = sizeOf(request);
      await beginUpload(db, tenantId, { sourceId, path, sizeBytes }, "api");
      const to = { tenantId, callerId: apiKeyId, sourceId, path, sizeBytes };
      const added = await receiveFile(request, to, (tx, file) => addUpload(tx, jobs, { apiKeyId, ip }, file));
      reply.removeHeader("connection");
      return added;
    },
  );

  app.post(
    "/documents/:documentId/remove",
    describeRoute({
      ...aboutChanges,
      id: "removeDocument",
      summary: "Remove a document",
      isOne: true,
      takes: { params: OneDocument },
      answer: z.object({}),
      answerIs: "Nothing is answered from it any more",
      refusals: { 409: "The document's source is of another kind than `api`" },
    }),
    async ({ keyCaller: { tenantId, apiKeyId }, params, ip }) => {
      await db.transaction(tenantId, (tx) => removeDocumentAsProgram(tx, jobs, { apiKeyId, ip }, params.documentId));
      return {};
    },
  );
}

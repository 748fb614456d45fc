import { DocumentId, DocumentVersionId, limits } from "@parley/contracts";
import * as z from "zod";
import { procedureFor, router } from "../trpc.ts";
import { getDocumentText } from "./get-document-text.ts";
import { getDocument, listDocuments } from "./list-documents.ts";

/** What members see of the tenant's knowledge. */
export const knowledgeRouter = router({
  documents: procedureFor("knowledge.read")
    .input(z.strictObject({ after: DocumentId.optional() }))
    .query(({ ctx, input }) => listDocuments(ctx.db, ctx.caller.tenantId, input)),

  document: procedureFor("knowledge.read")
    .input(z.strictObject({ documentId: DocumentId }))
    .query(({ ctx, input }) => getDocument(ctx.db, ctx.caller.tenantId, input.documentId)),

  documentText: procedureFor("knowledge.read")
    .input(
      z.strictObject({
        documentId: DocumentId,
        versionId: DocumentVersionId,
        after: z.int().min(0).max(limits.documentBytes).default(0),
      }),
    )
    .query(({ ctx, input }) => getDocumentText(ctx.db, ctx.caller.tenantId, input)),
});

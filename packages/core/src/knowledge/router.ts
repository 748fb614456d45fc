import { DocumentId } from "@parley/contracts";
import * as z from "zod";
import { memberProcedure, router } from "../trpc.ts";
import { getDocument, listDocuments } from "./list-documents.ts";

/** What members see of the tenant's knowledge. */
export const knowledgeRouter = router({
  documents: memberProcedure
    .input(z.strictObject({ after: DocumentId.optional() }))
    .query(({ ctx, input }) => listDocuments(ctx.db, ctx.caller.tenantId, input)),

  document: memberProcedure
    .input(z.strictObject({ documentId: DocumentId }))
    .query(({ ctx, input }) => getDocument(ctx.db, ctx.caller.tenantId, input.documentId)),
});

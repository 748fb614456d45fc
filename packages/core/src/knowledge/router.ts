import { DocumentId, DocumentState, DocumentVersionId, limits, SourceId } from "@parley/contracts";
import * as z from "zod";
import type { Actor } from "../tenants/acting-member.ts";
import { confirmedProcedureFor, type MemberCaller, procedureFor, router } from "../trpc.ts";
import { ChooseEmbedder, cancelEmbedderChange, chooseEmbedder, getEmbedder, tryEmbedder } from "./choose-embedder.ts";
import { foreignLanguage } from "./foreign-language.ts";
import { getDocumentText } from "./get-document-text.ts";
import { holdDocumentRemoval, holdSourceRemoval, keepDocumentAsMember, keepSource } from "./hold-removal.ts";
import { listChunks } from "./list-chunks.ts";
import { getDocument, listDocuments } from "./list-documents.ts";
import { removeDocumentAsMember } from "./remove-document-as-member.ts";
import { retryDocument, retryFailed } from "./retry-document.ts";
import { changeSite, renameSource } from "./sources/change-source.ts";
import { cancelCrawl, crawlNow } from "./sources/crawl/start-crawl.ts";
import { createSource } from "./sources/create-source.ts";
import { listSources } from "./sources/list-sources.ts";
import { removeSource } from "./sources/remove-source.ts";
import { ChangeSite, CreateSource, RenameSource } from "./sources/source-inputs.ts";
import { stopDocument, stopSource } from "./stop-reading.ts";
import { beginUpload } from "./uploads/begin-upload.ts";
import { getOriginal } from "./uploads/get-original.ts";
import { BeginUpload } from "./uploads/upload-inputs.ts";
import { getEntry } from "./written/get-entry.ts";
import { saveEntry } from "./written/save-entry.ts";
import { SaveEntry } from "./written/written-entry.ts";

const actorOf = ({ caller, ip }: { caller: MemberCaller; ip: string }): Actor => ({ memberId: caller.memberId, ip });

const OneSource = z.strictObject({ sourceId: SourceId });
const OneDocument = z.strictObject({ documentId: DocumentId });
const Removal = z.object({
  /** Though changes are checked before they are published: for what nobody may read a minute longer. */
  atOnce: z.boolean().default(false),
});

/** What the tenant has connected. */
const sourcesRouter = router({
  list: procedureFor("knowledge.read").query(({ ctx }) => listSources(ctx.db, ctx.caller.tenantId)),

  create: procedureFor("knowledge.manage")
    .input(CreateSource)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => createSource(tx, actorOf(ctx), input))),

  rename: procedureFor("knowledge.manage")
    .input(RenameSource)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => renameSource(tx, actorOf(ctx), input))),

  changeSite: procedureFor("knowledge.manage")
    .input(ChangeSite)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => changeSite(tx, actorOf(ctx), input))),

  /** Begins to read a site now; `list` tells how far it is. */
  crawl: procedureFor("knowledge.manage")
    .input(OneSource)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => crawlNow(tx, ctx.knowledgeJobs, actorOf(ctx), input.sourceId))),

  cancelCrawl: procedureFor("knowledge.manage")
    .input(OneSource)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => cancelCrawl(tx, actorOf(ctx), input.sourceId))),

  /** Nothing of it is read in any further, of all that waits. */
  stop: procedureFor("knowledge.manage")
    .input(OneSource)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => stopSource(tx, actorOf(ctx), input.sourceId))),

  /** Has what failed read in once more, some at a time: whoever wants all asks again with `last`, until that is null. */
  retryFailed: procedureFor("knowledge.manage")
    .input(OneSource.extend({ after: DocumentId.optional() }))
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => retryFailed(tx, ctx.knowledgeJobs, actorOf(ctx), input))),

  remove: procedureFor("knowledge.manage")
    .input(OneSource.extend(Removal.shape))
    .mutation(({ ctx, input: { sourceId, atOnce } }) =>
      ctx.inTenant(async (tx) => {
        if (!atOnce && (await holdSourceRemoval(tx, actorOf(ctx), sourceId))) return { held: true };
        await removeSource(tx, ctx.knowledgeJobs, actorOf(ctx), sourceId);
        return { held: false };
      }),
    ),

  /** Takes back that it is to go, while that waits. */
  keep: procedureFor("knowledge.manage")
    .input(OneSource)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => keepSource(tx, actorOf(ctx), input.sourceId))),
});

/** What its sources hold. */
const documentsRouter = router({
  list: procedureFor("knowledge.read")
    .input(
      z.strictObject({
        /** The last one of the page before; it may be gone by now. */
        after: z
          .strictObject({ source: z.string().max(1_000), path: z.string().max(10_000), id: DocumentId })
          .optional(),
        sourceId: SourceId.optional(),
        /** Of the newest version. */
        state: DocumentState.optional(),
        /** In the path, or in the title of the newest version. */
        search: z
          .string()
          .min(1)
          .max(200)
          .refine((words) => !words.includes("\0"))
          .optional(),
      }),
    )
    .query(({ ctx, input }) => listDocuments(ctx.db, ctx.caller.tenantId, input)),

  get: procedureFor("knowledge.read")
    .input(OneDocument)
    .query(async ({ ctx, input }) => {
      const document = await getDocument(ctx.db, ctx.caller.tenantId, input.documentId);
      const language = await foreignLanguage(ctx.db, ctx.embedder, ctx.caller.tenantId, input.documentId);
      return { ...document, foreignLanguage: language };
    }),

  text: procedureFor("knowledge.read")
    .input(
      z.strictObject({
        documentId: DocumentId,
        versionId: DocumentVersionId,
        after: z.int().min(0).max(limits.documentBytes).default(0),
      }),
    )
    .query(({ ctx, input }) => getDocumentText(ctx.db, ctx.caller.tenantId, input)),

  chunks: procedureFor("knowledge.read")
    .input(
      z.strictObject({
        documentId: DocumentId,
        versionId: DocumentVersionId,
        from: z.int().min(0).max(limits.documentBytes).default(0),
      }),
    )
    .query(({ ctx, input }) => listChunks(ctx.db, ctx.caller.tenantId, input)),

  /** Whether a file would be taken. It is sent to POST /api/knowledge/uploads. */
  beginUpload: procedureFor("knowledge.manage")
    .input(BeginUpload)
    .query(({ ctx, input }) => beginUpload(ctx.db, ctx.caller.tenantId, input)),

  /** What file a version was read from. GET /api/knowledge/originals/:versionId has its bytes. */
  original: procedureFor("knowledge.read")
    .input(z.strictObject({ versionId: DocumentVersionId }))
    .query(({ ctx, input }) => getOriginal(ctx.db, ctx.caller.tenantId, input.versionId)),

  retry: procedureFor("knowledge.manage")
    .input(OneDocument)
    .mutation(({ ctx, input }) =>
      ctx.inTenant((tx) => retryDocument(tx, ctx.knowledgeJobs, actorOf(ctx), input.documentId)),
    ),

  /** It is read in no further. */
  stop: procedureFor("knowledge.manage")
    .input(OneDocument)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => stopDocument(tx, actorOf(ctx), input.documentId))),

  remove: procedureFor("knowledge.manage")
    .input(OneDocument.extend(Removal.shape))
    .mutation(({ ctx, input: { documentId, atOnce } }) =>
      ctx.inTenant(async (tx) => {
        if (!atOnce && (await holdDocumentRemoval(tx, actorOf(ctx), documentId))) return { held: true };
        await removeDocumentAsMember(tx, ctx.knowledgeJobs, actorOf(ctx), documentId);
        return { held: false };
      }),
    ),

  /** Takes back that it is to go, while that waits. */
  keep: procedureFor("knowledge.manage")
    .input(OneDocument)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => keepDocumentAsMember(tx, actorOf(ctx), input.documentId))),
});

/** What makes the vectors that documents are found by. */
const embedderRouter = router({
  get: procedureFor("knowledge.read").query(({ ctx }) => getEmbedder(ctx.db, ctx.embedder, ctx.caller.tenantId)),

  /** From then on every passage and question goes to a server of the caller's choice. */
  change: confirmedProcedureFor("knowledge.manage")
    .input(ChooseEmbedder)
    .mutation(async ({ ctx, input }) => {
      const choice = await tryEmbedder(ctx.embedder, ctx.caller.tenantId, input);
      const by = { ...actorOf(ctx), tenantId: ctx.caller.tenantId };
      await ctx.inTenant((tx) => chooseEmbedder(tx, { jobs: ctx.knowledgeJobs, builtIn: ctx.embedder }, by, choice));
    }),

  cancel: procedureFor("knowledge.manage").mutation(({ ctx }) =>
    ctx.inTenant((tx) =>
      cancelEmbedderChange(tx, ctx.knowledgeJobs, { ...actorOf(ctx), tenantId: ctx.caller.tenantId }),
    ),
  ),
});

/** Questions that members have answered. */
const writtenRouter = router({
  save: procedureFor("knowledge.manage")
    .input(SaveEntry)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => saveEntry(tx, ctx.knowledgeJobs, actorOf(ctx), input))),

  get: procedureFor("knowledge.read")
    .input(OneDocument)
    .query(({ ctx, input }) => getEntry(ctx.db, ctx.caller.tenantId, input.documentId)),
});

/** A tenant's knowledge. */
export const knowledgeRouter = router({
  sources: sourcesRouter,
  documents: documentsRouter,
  written: writtenRouter,
  embedder: embedderRouter,
});

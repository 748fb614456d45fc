import { Readable } from "node:stream";
import { DocumentVersionId, rateLimits } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { addUpload } from "@parley/core/knowledge/uploads/add-upload";
import { BeginUpload } from "@parley/core/knowledge/uploads/upload-inputs";
import { appRouter } from "@parley/core/router";
import { objectKey } from "@parley/platform/objects/object-store";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import { longestBodyMs } from "./body-deadline.ts";
import type { ApiParts } from "./create-api.ts";
import { spend } from "./rate-limit.ts";
import { createFileReceiver, sizeOf } from "./receive-file.ts";
import { throwAppError } from "./throw-app-error.ts";
import { contextOf } from "./trpc-routes.ts";

const Target = BeginUpload.omit({ sizeBytes: true });
const InVersion = z.strictObject({ versionId: DocumentVersionId });

/** Files that members give and get back. */
export async function uploadRoutes(app: FastifyInstance, options: ApiParts): Promise<void> {
  const { jobs, objects } = options;
  const createContext = contextOf(app, options);
  const receiveFile = createFileReceiver(options);

  // The body is left to the handler, which knows first whether it wants it.
  app.addContentTypeParser("application/octet-stream", (_request, payload, done) => done(null, payload));

  async function callerOf(request: FastifyRequest, reply: FastifyReply) {
    const context = await createContext({ req: request, res: reply }).catch(throwAppError);
    const { documents } = appRouter.createCaller(context).knowledge;
    return { context, documents };
  }

  app.post(
    "/api/knowledge/uploads",
    { config: { takesFile: true, bodyTimeoutMs: longestBodyMs } },
    async (request, reply) => {
      // What is refused is not read to its end.
      reply.header("connection", "close");
      const { context, documents } = await callerOf(request, reply);
      if (context.user) await spend(app, reply, rateLimits.uploads, context.user.id);
      const sizeBytes = sizeOf(request);
      const target = Target.parse(request.query);
      await documents.beginUpload({ ...target, sizeBytes }).catch(throwAppError);
      const { caller, ip } = context;
      if (!caller) throw new AppError("auth.required");

      const by = { memberId: caller.memberId, ip };
      const to = { ...target, tenantId: caller.tenantId, callerId: caller.memberId, sizeBytes };
      const added = await receiveFile(request, to, (tx, file) => addUpload(tx, jobs, by, file));
      reply.removeHeader("connection");
      return added;
    },
  );

  app.get("/api/knowledge/originals/:versionId", async (request, reply) => {
    const { context, documents } = await callerOf(request, reply);
    const { versionId } = InVersion.parse(request.params);
    const { sourceId, name, sizeBytes } = await documents.original({ versionId }).catch(throwAppError);
    if (!context.caller) throw new AppError("auth.required");
    const bytes = await objects.get(objectKey(context.caller.tenantId, sourceId, versionId));
    if (!bytes) throw new AppError("document.no_original");
    return reply
      .header("content-type", "application/octet-stream") // to be kept, never to be shown: it may be anything
      .header("content-length", sizeBytes)
      .header("content-disposition", `attachment; filename*=UTF-8''${escapeName(name)}`)
      .send(Readable.from(bytes));
  });
}

/** RFC 8187. */
const escapeName = (name: string) =>
  encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

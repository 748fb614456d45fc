import { createHash, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { DocumentVersionId, limits, rateLimits } from "@parley/contracts";
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
import { throwAppError } from "./throw-app-error.ts";
import { contextOf } from "./trpc-routes.ts";

/** Files of one member that are taken side by side, in this process. */
const sideBySide = 4;
const Target = BeginUpload.omit({ sizeBytes: true });
const InVersion = z.strictObject({ versionId: DocumentVersionId });

/** Files that members give and get back. Their bytes go straight to where they are kept, and are in memory a piece at a time. */
export async function uploadRoutes(app: FastifyInstance, options: ApiParts): Promise<void> {
  const { db, jobs, objects } = options;
  const createContext = contextOf(app, options);
  const underWay = new Map<string, number>();

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
      const { body } = request;
      if (!(body instanceof Readable)) throw new AppError("input.invalid");
      const target = Target.parse(request.query);
      await documents.beginUpload({ ...target, sizeBytes }).catch(throwAppError);
      const { caller, ip } = context;
      if (!caller) throw new AppError("auth.required");

      const running = underWay.get(caller.memberId) ?? 0;
      if (running >= sideBySide) throw new AppError("service.busy");
      underWay.set(caller.memberId, running + 1);
      const versionId = DocumentVersionId.parse(randomUUID());
      const key = objectKey(caller.tenantId, target.sourceId, versionId);
      try {
        const hash = createHash("sha256");
        await objects.put(key, hashed(body, hash), sizeBytes);
        const file = { ...target, versionId, sizeBytes, sha256: hash.digest("hex") };
        const by = { memberId: caller.memberId, ip };
        const added = await db.transaction(caller.tenantId, (tx) => addUpload(tx, jobs, by, file));
        if (added.outcome === "unchanged") await objects.delete(key);
        reply.removeHeader("connection");
        return added;
      } catch (error) {
        await objects.delete(key).catch(() => {}); // it goes with its source
        throw request.raw.complete ? error : new AppError("input.invalid", { cause: error });
      } finally {
        const left = (underWay.get(caller.memberId) ?? 1) - 1;
        if (left > 0) underWay.set(caller.memberId, left);
        else underWay.delete(caller.memberId);
      }
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

/** As the request says, before its body is read. @throws AppError `document.too_large`; `input.invalid` when it says none */
function sizeOf({ headers }: FastifyRequest): number {
  const sizeBytes = Number(headers["content-length"]);
  if (!Number.isSafeInteger(sizeBytes)) throw new AppError("input.invalid");
  if (sizeBytes > limits.fileBytes) throw new AppError("document.too_large");
  return sizeBytes;
}

async function* hashed(bytes: Readable, hash: { update(part: Uint8Array): unknown }): AsyncGenerator<Uint8Array> {
  for await (const part of bytes) {
    hash.update(part);
    yield part;
  }
}

/** RFC 8187. */
const escapeName = (name: string) =>
  encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

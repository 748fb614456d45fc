import { Readable } from "node:stream";
import { AuditExport, rateLimits } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { writeExport } from "@parley/core/audit/export-log";
import { appRouter } from "@parley/core/router";
import type { FastifyInstance } from "fastify";
import type { ApiParts } from "./create-api.ts";
import { spend } from "./rate-limit.ts";
import { throwAppError } from "./throw-app-error.ts";
import { contextOf } from "./trpc-routes.ts";

const types = { csv: "text/csv; charset=utf-8", jsonl: "application/jsonl; charset=utf-8" } as const;

/** The audit log as a file, sent while it is read. Whoever goes away ends the reading. */
export async function auditRoutes(app: FastifyInstance, options: ApiParts): Promise<void> {
  const createContext = contextOf(app, options);

  app.post("/api/audit-log/export", { bodyLimit: 4 * 1024 }, async (request, reply) => {
    const { db } = options;
    const context = await createContext({ req: request, res: reply }).catch(throwAppError);
    if (context.user) await spend(app, reply, rateLimits.auditExports, context.user.id);
    // The procedure asks who may, as for everything that our apps do; what is read after it is of the same tenant.
    const wanted = AuditExport.parse(request.body);
    const begun = await appRouter.createCaller(context).audit.beginExport(wanted).catch(throwAppError);
    if (!context.caller) throw new AppError("auth.required");
    return reply
      .header("content-type", types[wanted.format])
      .header("content-disposition", `attachment; filename="audit-log.${wanted.format}"`)
      .send(Readable.from(writeExport(db, context.caller.tenantId, wanted, begun)));
  });
}

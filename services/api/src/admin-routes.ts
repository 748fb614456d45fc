import { createHash, timingSafeEqual } from "node:crypto";
import { DocumentPath, DocumentVersionId, limits, rateLimits, SourceId, TenantId } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { findCheckpointTip } from "@parley/core/audit/checkpoint-tip";
import { exportAuditEntries, findAuditHead } from "@parley/core/audit/list-entries";
import { listLogs } from "@parley/core/audit/list-logs";
import { listMonths, Months } from "@parley/core/costs/list-months";
import { addDocumentAsOperator } from "@parley/core/knowledge/add-document-as-operator";
import { findVersionStatus } from "@parley/core/knowledge/find-version-status";
import { readDocument } from "@parley/core/knowledge/read-document";
import { crawlAsOperator, OperatorsSite } from "@parley/core/knowledge/sources/crawl/crawl-as-operator";
import { listSources } from "@parley/core/knowledge/sources/list-sources";
import { findTenantBySlug, listTenants } from "@parley/core/tenants/find-tenant";
import { countedAddress } from "@parley/platform/rate-limits/limit-key";
import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";
import type { ApiOptions } from "./create-api.ts";
import { spend } from "./rate-limit.ts";

const Name = z
  .string()
  .trim()
  .min(1)
  .refine((name) => !name.includes("\0"), "must not hold a NUL");
const Upload = z.strictObject({ source: Name.max(200), path: DocumentPath });
const InSource = z.object({ sourceId: SourceId });
const InTenant = z.object({ slug: z.string().default("") });
const Slug = /^[a-z0-9-]{1,63}$/;
const InLog = z.object({ tenantId: TenantId });
const OfAccount = z.strictObject({ email: z.string().min(3).max(254) });
const AfterEntry = z.object({ after: z.coerce.number().pipe(z.int().nonnegative()).default(0) });
const InVersion = z.object({ versionId: DocumentVersionId });

const digest = (text: string) => createHash("sha256").update(text).digest();

/** What the command line asks of a running api, with the installation's own token. No page can call it: there is no CORS for it. */
export async function adminRoutes(app: FastifyInstance, { db, config, jobs, accounts }: ApiOptions): Promise<void> {
  app.addContentTypeParser("application/octet-stream", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );

  // Before the body is read. Whom a wrong token was meant for is told by the tenant's audit log.
  app.addHook("onRequest", async (request, reply) => {
    const { slug } = InTenant.parse(request.params);
    const [, token = ""] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "") ?? [];
    const isOperator = timingSafeEqual(digest(token), digest(config.adminToken));
    if (!isOperator) await spend(app, reply, rateLimits.refusedKeys, countedAddress(request.ip));
    const tenantId = token !== "" && Slug.test(slug) ? await findTenantBySlug(db, slug) : undefined;
    if (tenantId) request.facts.tenantId = tenantId;
    if (!isOperator) throw new AppError("auth.required");
    if (slug !== "" && !tenantId) throw new AppError("tenant.not_found");
  });
  const tenantOf = ({ facts }: FastifyRequest) => TenantId.parse(facts.tenantId);

  app.get("/admin/v1/audit-checkpoint", async () => ({ checkpoint: (await findCheckpointTip(db)) ?? null }));

  app.post("/admin/v1/accounts/reset-factor", async (request) => {
    const { email } = OfAccount.parse(request.body);
    return { outcome: await accounts.resetFactor(email, request.ip) };
  });

  app.get("/admin/v1/audit-logs", async () => ({ logs: await listLogs(db) }));

  // By id, since a log outlives its tenant.
  app.get("/admin/v1/audit-logs/:tenantId", async (request) => {
    const { tenantId } = InLog.parse(request.params);
    const { after } = AfterEntry.parse(request.query);
    // The head first: what is added meanwhile makes the log longer than its head says, never shorter.
    const head = (await findAuditHead(db, tenantId)) ?? null;
    return { head, ...(await exportAuditEntries(db, tenantId, after)) };
  });

  app.get("/admin/v1/tenants", async () => ({ tenants: await listTenants(db) }));

  app.get("/admin/v1/tenants/:slug/costs", async (request) => ({
    months: await listMonths(db, tenantOf(request), Months.parse(request.query)),
  }));

  app.get("/admin/v1/tenants/:slug", async (request) => ({
    tenantId: tenantOf(request),
  }));

  app.post(
    "/admin/v1/tenants/:slug/documents",
    {
      bodyLimit: limits.fileBytes,
      errorHandler(error) {
        throw error.statusCode === 413 ? new AppError("document.too_large") : error;
      },
    },
    async (request) => {
      const tenantId = tenantOf(request);
      const { source, path } = Upload.parse(request.query);
      if (!Buffer.isBuffer(request.body)) throw new AppError("input.invalid");
      const document = await readDocument(request.body, path);
      return db.transaction(tenantId, (tx) =>
        addDocumentAsOperator(tx, jobs, { source, path, ...document }, request.ip),
      );
    },
  );

  app.post("/admin/v1/tenants/:slug/crawls", (request) => {
    const site = OperatorsSite.parse(request.body);
    return db.transaction(tenantOf(request), (tx) => crawlAsOperator(tx, jobs, site, request.ip));
  });

  app.get("/admin/v1/tenants/:slug/sources/:sourceId", async (request) => {
    const { data } = InSource.safeParse(request.params);
    const { sources } = data ? await listSources(db, tenantOf(request), data.sourceId) : { sources: [] };
    const [source] = sources;
    if (!source) throw new AppError("source.not_found");
    return source;
  });

  app.get("/admin/v1/tenants/:slug/document-versions/:versionId", async (request) => {
    const tenantId = tenantOf(request);
    const { data } = InVersion.safeParse(request.params);
    const status = data && (await findVersionStatus(db, tenantId, data.versionId));
    if (!status) throw new AppError("document.not_found");
    return status;
  });
}

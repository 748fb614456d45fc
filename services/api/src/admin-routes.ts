import { createHash, timingSafeEqual } from "node:crypto";
import { DocumentVersionId, limits, rateLimits, TenantId } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { findCheckpointTip } from "@parley/core/audit/checkpoint-tip";
import { exportAuditEntries, findAuditHead } from "@parley/core/audit/list-entries";
import { listLogs } from "@parley/core/audit/list-logs";
import { addDocumentAsOperator } from "@parley/core/knowledge/add-document-as-operator";
import { findVersionStatus } from "@parley/core/knowledge/find-version-status";
import { listPages } from "@parley/core/knowledge/list-pages";
import { readDocument } from "@parley/core/knowledge/read-document";
import { removeDocumentAsOperator } from "@parley/core/knowledge/remove-document-as-operator";
import { verifyDocument } from "@parley/core/knowledge/verify-document";
import { findTenantBySlug } from "@parley/core/tenants/find-tenant";
import { longestValidators } from "@parley/platform/http/fetch-guarded";
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
const Source = Name.max(200);
const Path = Name.max(1_000);
const Upload = z.strictObject({
  source: Source,
  path: Path,
  /** Of a page of a site: the file that it would be, how deep it lies, and what its server calls this version. */
  name: Name.max(1_100).optional(),
  depth: z.coerce.number().pipe(z.int().nonnegative()).optional(),
  etag: z.string().max(longestValidators.etag).optional(),
  lastModified: z.string().max(longestValidators.lastModified).optional(),
});
const OfSource = z.strictObject({ source: Source });
const OneDocument = z.strictObject({ source: Source, path: Path });
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
      const { source, path, name = path, depth, etag, lastModified } = Upload.parse(request.query);
      if (!Buffer.isBuffer(request.body)) throw new AppError("input.invalid");
      const document = await readDocument(request.body, name);
      return db.transaction(tenantId, (tx) =>
        addDocumentAsOperator(
          tx,
          jobs,
          { source, path, ...document, ...(depth !== undefined && { fetched: { depth, etag, lastModified } }) },
          request.ip,
        ),
      );
    },
  );

  app.post("/admin/v1/tenants/:slug/documents/remove", async (request) => {
    const removal = OneDocument.parse(request.body);
    await db.transaction(tenantOf(request), (tx) => removeDocumentAsOperator(tx, jobs, removal, request.ip));
    return {};
  });

  app.post("/admin/v1/tenants/:slug/documents/verify", async (request) => {
    const document = OneDocument.parse(request.body);
    await db.transaction(tenantOf(request), (tx) => verifyDocument(tx, document));
    return {};
  });

  app.get("/admin/v1/tenants/:slug/pages", async (request) => {
    const { source } = OfSource.parse(request.query);
    return { pages: await listPages(db, tenantOf(request), source) };
  });

  app.get("/admin/v1/tenants/:slug/document-versions/:versionId", async (request) => {
    const tenantId = tenantOf(request);
    const { data } = InVersion.safeParse(request.params);
    const status = data && (await findVersionStatus(db, tenantId, data.versionId));
    if (!status) throw new AppError("document.not_found");
    return status;
  });
}

import type { DocumentVersionId, ErrorBody, SourceId, TenantId } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { addDocumentAsOperator } from "@parley/core/knowledge/add-document-as-operator";
import { findVersionStatus, type VersionStatus } from "@parley/core/knowledge/find-version-status";
import { readDocument } from "@parley/core/knowledge/read-document";
import { crawlAsOperator, type OperatorsSite } from "@parley/core/knowledge/sources/crawl/crawl-as-operator";
import { type Crawl, type DocumentCounts, listSources } from "@parley/core/knowledge/sources/list-sources";
import { findTenantBySlug } from "@parley/core/tenants/find-tenant";
import ky, { isHTTPError, type Options } from "ky";
import type { Installation } from "../installation.ts";
import { OperatorError } from "../operator-error.ts";

type Added = { versionId: DocumentVersionId; outcome: "queued" | "unchanged" };

/** Where documents go. */
export type IngestTarget = {
  /** @throws Refused with a reason that a person can read */
  add(document: { source: string; path: string; bytes: Buffer }): Promise<Added>;
  status(versionId: DocumentVersionId): Promise<VersionStatus>;
  /** Begins to read a site. @throws Refused when it is being read, or the source is no site */
  crawl(site: OperatorsSite): Promise<{ sourceId: SourceId }>;
  /** How far a source has come. @throws Refused when it is gone */
  source(sourceId: SourceId): Promise<{ lastCrawl: Crawl | null; documents: DocumentCounts }>;
};

/** This one document was not taken; the others may be. */
export class Refused extends Error {}

const noTenant = (slug: string) => new OperatorError(`There is no workspace called "${slug}".`);

/** A running api, with the installation's admin token. */
export async function overHttp(options: { apiUrl: string; adminToken: string; tenant: string }): Promise<IngestTarget> {
  const api = ky.create({
    headers: { authorization: `Bearer ${options.adminToken}` },
    timeout: 60_000,
    // A document that is sent again is the same document, so every request may be.
    retry: { limit: 6, methods: ["get", "post"], maxRetryAfter: 60_000, backoffLimit: 5_000, retryOnTimeout: true },
  });
  const base = `${options.apiUrl}/admin/v1/tenants/${encodeURIComponent(options.tenant)}`;
  async function call<T>(url: string, request: Options = {}): Promise<T> {
    try {
      return await api<T>(url, request).json();
    } catch (error) {
      if (!isHTTPError<Partial<ErrorBody>>(error)) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new OperatorError(`The api at ${options.apiUrl} does not answer (${reason}): is Parley running?`);
      }
      const { status } = error.response;
      const told = typeof error.data === "object" ? error.data.error : undefined;
      const { code, message = `the api answered ${status}` } = told ?? {};
      if (code === "tenant.not_found") throw noTenant(options.tenant);
      if (code === "auth.required") throw new OperatorError("The api refused the admin token: check ADMIN_TOKEN.");
      throw new Refused(message);
    }
  }
  await call(base);
  return {
    add: ({ source, path, bytes }) =>
      call(`${base}/documents`, {
        method: "post",
        searchParams: { source, path },
        headers: { "content-type": "application/octet-stream" },
        body: new Uint8Array(bytes),
      }),
    status: (versionId) => call(`${base}/document-versions/${versionId}`),
    crawl: (site) => call(`${base}/crawls`, { method: "post", json: site }),
    source: (sourceId) => call(`${base}/sources/${sourceId}`),
  };
}

/** The installation itself, while no other process has it. */
export async function withinThisProcess(installation: Installation, tenant: string): Promise<IngestTarget> {
  const { db, jobs, embedder, objects } = installation;
  const tenantId: TenantId | undefined = await findTenantBySlug(db, tenant);
  if (!tenantId) throw noTenant(tenant);
  await jobs.work({ embedder, objects });
  return {
    add: ({ source, path, bytes }) =>
      orRefused(async () => {
        const document = await readDocument(bytes, path);
        return db.transaction(tenantId, (tx) => addDocumentAsOperator(tx, jobs, { source, path, ...document }, null));
      }),
    crawl: (site) => orRefused(() => db.transaction(tenantId, (tx) => crawlAsOperator(tx, jobs, site, null))),
    async source(sourceId) {
      const [source] = (await listSources(db, tenantId, sourceId)).sources;
      if (!source) throw new Refused("The source was removed while it was read.");
      return source;
    },
    async status(versionId) {
      const status = await findVersionStatus(db, tenantId, versionId);
      if (!status) throw new Refused("The document was removed while it was read.");
      return status;
    },
  };
}

async function orRefused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw new Refused(error.meaning);
    throw error;
  }
}

// Where the servers keep or reach something outside PostgreSQL, whose proofs are made from its own catalogue: files, keys in Redis, values
// that are kept in memory for a tenant or a session, and addresses that are called. Each has the test that shows whose it is. A place
// that stands nowhere here fails the build, and so does one whose test is gone.

/** @typedef {{ proof: string } | { holdsNothing: string }} Place  a file with a test that names its case; or why there is nothing of a tenant's */

/** How a server's file gives away that it has such a place. */
export const kinds = {
  "a file": /from "node:fs(?:\/promises)?"/,
  "a key in Redis": /from "(?:@redis\/client|[^"]*(?:redis-cache|redis-connection)(?:\.ts)?)"/,
  "a value in memory, kept by whose it is or by a name":
    /new (?:Map|LRUCache)<(?:string|(?:Tenant|User|Member|Contact|Conversation)Id)\b/,
  "an address that is called":
    /from "(?:ky|undici|nodemailer|openid-client|@ai-sdk\/[\w-]+)"|(?<![.\w])fetch\(|import \{[^}]*\b(?:request|get|connect|createConnection|Socket)\b[^}]*\} from "node:(?:https?|http2|net|tls)"/,
};

const limits = { proof: "packages/platform/src/rate-limits/limit-key.test.ts" };
const eventLog = { proof: "packages/platform/src/event-log/redis-keys.security.test.ts" };
const sessions = { proof: "packages/auth/src/sessions/session-cache.integration.test.ts" };
const channels = { proof: "services/realtime/src/channels.security.test.ts" };
const objects = { proof: "packages/platform/src/objects/object-store.contract.test.ts" };
const operator = { holdsNothing: "the operator's command line, on files and addresses that the operator names" };
const operation = (what) => ({ holdsNothing: what });

/** @type {Record<keyof typeof kinds, Record<string, Place>>} */
export const places = {
  "a file": {
    "packages/core/src/assistant/routing/estimate-correctness.ts": operation("the weights that come with the code"),
    "packages/core/src/assistant/models/list-prices.ts": operation("the prices that come with the code"),
    "packages/core/src/audit/read-checkpoints.ts": { proof: "packages/core/src/audit/verify.security.test.ts" },
    "packages/core/src/audit/write-checkpoints.ts": { proof: "packages/core/src/audit/verify.security.test.ts" },
    "packages/core/src/knowledge/embedders/minilm-worker.ts": operation(
      "the model's own files, as they were installed",
    ),
    "packages/db/src/embedded/open-embedded.ts": operation("PostgreSQL's own folder, of all tenants"),
    "packages/db/src/migrate.ts": operation("the roles and migrations that come with the code"),
    "packages/platform/src/mail/captured-mail.ts": { proof: "packages/platform/src/mail/captured-mail.test.ts" },
    "packages/platform/src/objects/folder-store.ts": objects,
    "services/standalone/src/data-folder.ts": operation("the installation's own secrets and addresses"),
    "services/standalone/src/demo.ts": operation("the documentation that comes with the code"),
    "services/standalone/src/ingest/find-files.ts": operator,
    "services/standalone/src/ingest/ingest.ts": operator,
    "services/standalone/src/sites.ts": { proof: "services/standalone/src/sites.security.test.ts" },
  },
  "a key in Redis": {
    "packages/auth/src/accounts.ts": sessions,
    "packages/auth/src/sessions/sessions.ts": sessions,
    "packages/core/src/accounts/open-accounts.ts": sessions,
    "packages/core/src/connect.ts": sessions,
    "packages/platform/src/redis-cache.ts": sessions,
    "packages/platform/src/event-log/redis-connection.ts": eventLog,
    "packages/platform/src/event-log/redis-event-log.ts": eventLog,
    "packages/platform/src/event-log/redis-group-member.ts": eventLog,
    "packages/platform/src/event-log/redis-group.ts": eventLog,
    "packages/platform/src/event-log/stream-tail.ts": eventLog,
    "packages/platform/src/rate-limits/rate-limiter.ts": limits,
  },
  "a value in memory, kept by whose it is or by a name": {
    // Of one answer: made for it, and gone with it.
    "packages/core/src/assistant/tools/toolbox.ts": {
      proof: "packages/core/src/assistant/tools/tools.integration.test.ts",
    },
    "packages/core/src/assistant/workspace-models.ts": {
      proof: "packages/core/src/assistant/models/models.integration.test.ts",
    },
    "packages/core/src/knowledge/embedders/embedder-circuits.ts": {
      proof: "packages/core/src/knowledge/embedders/embedder-circuits.test.ts",
    },
    "packages/core/src/assistant/watch-takeovers.ts": {
      proof: "packages/core/src/assistant/watch-takeovers.test.ts",
    },
    "packages/core/src/audit/write-checkpoints.ts": { proof: "packages/core/src/audit/verify.security.test.ts" },
    "packages/core/src/jobs/job-queue.ts": operation(
      "the kinds of jobs and their workers, by the names that the code gives them",
    ),
    "packages/core/src/tenants/plan.ts": { proof: "services/api/src/rate-limits.security.test.ts" },
    "packages/db/src/database.ts": operation("who listens, by the names of signals that the code gives them"),
    "packages/platform/src/event-log/in-process-event-log.ts": operation(
      "the groups, by the names that the code gives them",
    ),
    "packages/platform/src/event-log/redis-group-member.ts": eventLog,
    "packages/platform/src/rate-limits/rate-limiter.ts": limits,
    "packages/core/src/audit/record-refusal.ts": { proof: "services/api/src/record-refusals.security.test.ts" },
    "services/api/src/receive-file.ts": { proof: "services/api/src/upload-routes.security.test.ts" },
    "services/api/src/v1/v1-routes.ts": operation("the methods that each address knows, as the code names them"),
    "services/realtime/src/fan-out.ts": channels,
    "services/realtime/src/subscriptions.ts": channels,
    "services/standalone/src/ingest/find-files.ts": operator,
  },
  // What a tenant, a document or a site names is fetched by fetch-guarded.ts and by nothing else.
  "an address that is called": {
    "packages/auth/src/oauth/discover.ts": operation("the provider that the operator configured"),
    "packages/auth/src/oauth/openid-provider.ts": operation(
      "the provider that the operator configured, and where it says that it answers",
    ),
    // A tenant's address is called by the guard's `fetch`, which the AI SDK is given.
    "packages/core/src/assistant/models/open-model.ts": {
      proof: "packages/core/src/assistant/models/models.integration.test.ts",
    },
    // By the guard's `fetch`, which it is given.
    "packages/core/src/assistant/tools/call-http-tool.ts": {
      proof: "packages/core/src/assistant/tools/call-http-tool.test.ts",
    },
    "packages/platform/src/http/fetch-guarded.ts": {
      proof: "packages/platform/src/http/fetch-guarded.attacks.test.ts",
    },
    "packages/platform/src/objects/s3-store.ts": objects,
    "packages/platform/src/mail/smtp-mailer.ts": operation("the mail server that the operator configured"),
    "services/standalone/src/accounts/reset-factor.ts": operator,
    "services/standalone/src/admin-api.ts": operator,
    "services/standalone/src/ingest/targets.ts": operator,
  },
};

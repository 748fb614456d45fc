import { randomUUID } from "node:crypto";
import { createAccounts } from "@parley/auth";
import { csrfHeaders } from "@parley/auth/testing/csrf-headers";
import type { ErrorBody, MemberId, TenantId, Visit } from "@parley/contracts";
import { createJobs } from "@parley/core/knowledge/jobs";
import type { Embedder } from "@parley/core/knowledge/passage";
import { createMailJobs } from "@parley/core/mail/mail-jobs";
import { createWordEmbedder } from "@parley/core/testing/library";
import { testObjects } from "@parley/core/testing/test-objects";
import { createWorld } from "@parley/core/testing/world";
import type { Database } from "@parley/db";
import { loadConfig } from "@parley/platform/config";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createLogger } from "@parley/platform/log";
import type { RateLimiter } from "@parley/platform/rate-limits/rate-limiter";
import { type ApiOptions, createApi } from "../create-api.ts";

const secrets = {
  // Of each test file its own: they share a database, where wrong passwords are counted by addresses digested with it.
  PARLEY_SECRET: `a secret of tests alone ${randomUUID()}`,
  ADMIN_TOKEN: "an-admin-token-of-tests-alone-long-enough",
};
const shop = "https://shop.example";
export const dashboard = "http://localhost:5174";
const password = "correct horse battery staple";

export type Call = {
  origin?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
  address?: string;
};

/** The api on the tests' database, and who calls it. */
export async function createTestApi({
  environment = {},
  rateLimiter,
  onRoute,
  db,
  embedder = createWordEmbedder(),
}: {
  environment?: Record<string, string>;
  rateLimiter?: RateLimiter;
  onRoute?: ApiOptions["onRoute"];
  /** Another database than the one that all tests share. Whoever gives it closes it. */
  db?: Database;
  embedder?: Embedder;
} = {}) {
  const config = loadConfig({ ...secrets, ...environment });
  /** What was logged, as objects. */
  const logged: Record<string, unknown>[] = [];
  const logger = createLogger(
    { level: "debug", format: "json" },
    { write: (line: string) => void logged.push(JSON.parse(line)) },
  );
  const world = await createWorld(db);
  const eventLog = createInProcessEventLog({ logger });
  const jobs = createJobs({ db: world.db, logger, embedded: false });
  const mailJobs = createMailJobs({ queue: jobs.queue, logger, secret: config.secret });
  const accounts = createAccounts({
    db: world.db,
    secret: config.secret,
    apiUrl: config.api.url,
    appOrigins: [dashboard],
    // What people are told by mail is looked at in the tests of auth.
    mail: { send: async () => {} },
  });
  const api = await createApi({
    config,
    db: world.db,
    eventLog,
    embedder,
    accounts,
    jobs,
    objects: testObjects,
    mailJobs,
    models: world.models,
    logger,
    onRoute,
    ...(rateLimiter && { rateLimiter }),
  });

  let callers = 0;
  /** Limits count by address: a call that names none has one of its own. */
  const ownAddress = () => `10.${(callers >> 16) & 255}.${(callers >> 8) & 255}.${callers++ & 255}`;

  async function call<T>(
    method: "GET" | "POST" | "HEAD",
    url: string,
    { origin = null, body, headers, address = ownAddress() }: Call = {},
  ) {
    const answer = await api.inject({
      method,
      url,
      remoteAddress: address,
      headers: {
        ...(origin && { origin }),
        ...headers,
        ...(method === "POST" &&
          origin === dashboard &&
          csrfHeaders({ secret: config.secret, apiUrl: config.api.url }, headers?.cookie)),
      },
      ...(body !== undefined && { payload: body as object }),
    });
    const isJson = String(answer.headers["content-type"]).includes("json") && answer.body;
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: (isJson ? answer.json() : undefined) as T & Partial<ErrorBody>,
    };
  }

  /** A visitor in a conversation, of a new tenant. */
  async function visitor(of?: Awaited<ReturnType<typeof world.tenant>>) {
    const tenant = of ?? (await world.tenant());
    const visit = await call<Visit>("POST", "/widget/v1/visits", {
      origin: shop,
      body: { publishableKey: tenant.inbox.publishableKey },
    });
    const headers = { authorization: `Bearer ${visit.body.token}` };
    const conversationId = randomUUID();
    await call("POST", "/widget/v1/conversations", { origin: shop, headers, body: { id: conversationId } });
    const at = `/widget/v1/conversations/${conversationId}`;
    const say = (text: string, id = randomUUID(), address?: string) =>
      call("POST", `${at}/messages`, { origin: shop, headers, body: { id, text }, ...(address && { address }) });
    return { ...tenant, contactId: visit.body.contactId, conversationId, at, headers, say };
  }

  /** A tenant's owner with a session. */
  async function signedIn() {
    const tenant = await world.tenant();
    return { ...tenant, ...(await signIn(tenant)) };
  }

  /** Gives the tenant's owner an account and a session. */
  async function signIn({ tenantId, member }: { tenantId: TenantId; member: { memberId: MemberId } }) {
    const email = `${randomUUID()}@example.com`;
    const userId = await accounts.ensureUser({ email, name: "Ada", password });
    await world.linkUser(tenantId, member.memberId, userId);
    return { userId, email, cookie: await sessionOf(email) };
  }

  /** A new session's cookie. */
  async function sessionOf(email: string): Promise<string> {
    const answer = await call("POST", "/api/auth/sign-in/email", { origin: dashboard, body: { email, password } });
    return String(answer.headers["set-cookie"]).split(";")[0] ?? "";
  }

  return {
    api,
    world,
    /** Not started: whoever needs the queue starts it, and stops it. */
    jobs,
    logged,
    call,
    visitor,
    signedIn,
    signIn,
    sessionOf,
    accounts,
    secret: config.secret,
    adminToken: secrets.ADMIN_TOKEN,
    /** The token for whoever has these cookies, and them with the token's own. */
    csrfOf: (cookie?: string) => csrfHeaders({ secret: config.secret, apiUrl: config.api.url }, cookie),
    async close() {
      await api.close();
      await eventLog.close();
      await world[Symbol.asyncDispose]();
    },
  };
}

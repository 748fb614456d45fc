import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createAccounts, signVisitorToken } from "@parley/auth";
import { csrfHeaders } from "@parley/auth/testing/csrf-headers";
import { ContactId, InboxId } from "@parley/contracts";
import { createFullTenant } from "@parley/core/testing/full-tenant";
import { createWorld } from "@parley/core/testing/world";
import { openDatabase } from "@parley/db";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import { freePort } from "@parley/platform/testing/free-port";
import { startProcess } from "./process.ts";

const main = fileURLToPath(new URL("../../../api/src/main.ts", import.meta.url));
const secret = "a secret of these attacks alone, 32 characters or more";
const password = "correct horse battery staple";
const shop = "https://shop.example";

/**
 * The api as a process of its own, on PostgreSQL and Redis, without limits of rate; with two workspaces that have one of everything,
 * and the ways into the first: what external tools attack. It listens on loopback alone.
 */
export async function startAttackedProduct(environment: { DATABASE_URL: string; REDIS_URL: string }) {
  process.env.DATABASE_URL = environment.DATABASE_URL; // where createTestDatabase looks
  const database = await createTestDatabase();
  const port = await freePort();
  const apiUrl = `http://localhost:${port}`;
  const dashboard = "http://localhost:5174";
  const adminToken = randomUUID() + randomUUID();
  const api = startProcess(main, {
    NODE_ENV: "test",
    LOG_FORMAT: "json",
    RATE_LIMITS: "off",
    // Each request may come from elsewhere: what an address has used up holds up no attack.
    TRUSTED_PROXIES: "127.0.0.1,::1",
    API_PORT: String(port),
    DASHBOARD_URL: dashboard,
    DATABASE_URL: urlOf(database),
    REDIS_URL: environment.REDIS_URL,
    PARLEY_SECRET: secret,
    ADMIN_TOKEN: adminToken,
  });
  const stop = async () => {
    await api.end();
    await database.drop();
  };
  try {
    await api.printed("listening");
    const tenant = await fill(database, apiUrl, dashboard);
    const csrfOf = (cookie?: string) => csrfHeaders({ secret, apiUrl }, cookie);
    const json = { origin: dashboard, "content-type": "application/json" };
    const signedIn = await fetch(`${apiUrl}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { ...json, ...csrfOf() },
      body: JSON.stringify({ email: tenant.email, password }),
    });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0];
    if (!signedIn.ok || !cookie) throw new Error(`nobody can sign in:\n${api.output()}`);
    const { token } = await signVisitorToken(secret, { ...tenant.visitor, origin: shop });

    let told = 0;
    return {
      apiUrl,
      ...tenant,
      password,
      adminToken,
      /** What a page of ours sends when nobody is signed in, and when the owner is. */
      stranger: { ...json, ...csrfOf() },
      member: { ...json, ...csrfOf(cookie) },
      cookie,
      visitor: { origin: shop, authorization: `Bearer ${token}`, "content-type": "application/json" },
      visitorToken: token,
      /** What the product has logged since this was asked last: how many requests, and its faults, answers of 500 and more among them. */
      log(): { requests: number; faults: string[] } {
        const lines = api.output().split("\n").slice(0, -1);
        const fresh = lines.slice(told);
        told = lines.length;
        return {
          requests: fresh.filter((line) => /"status":\d{3}\b/.test(line)).length,
          faults: fresh.filter((line) => /"status":5\d\d\b|"level":"?(error|fatal|50|60)\b/.test(line)),
        };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
export type AttackedProduct = Awaited<ReturnType<typeof startAttackedProduct>>;

/** Two workspaces of the same shape; the owner of the first gets an account. */
async function fill(database: TestDatabase, apiUrl: string, dashboard: string) {
  const db = openDatabase({ connection: database.connection });
  try {
    const world = await createWorld(db);
    const ours = await createFullTenant(world, "ours");
    await createFullTenant(world, "theirs");
    const accounts = createAccounts({ db, secret, apiUrl, appOrigins: [dashboard] });
    const email = "ada@shop.example";
    const userId = await accounts.ensureUser({ email, name: "Ada", password });
    await world.linkUser(ours.tenantId, ours.member.memberId, userId);
    const visitor = {
      tenantId: ours.tenantId,
      contactId: ContactId.parse(ours.contactId),
      inboxId: InboxId.parse(ours.inbox.id),
    };
    const { ids, slug, apiKey, inbox } = ours;
    return { ids, slug, apiKey, publishableKey: inbox.publishableKey, email, visitor };
  } finally {
    await db.close();
  }
}

function urlOf({ connection: { host, port, user, password, database } }: TestDatabase): string {
  return `postgres://${user}:${encodeURIComponent(String(password ?? ""))}@${host}:${port}/${database}`;
}

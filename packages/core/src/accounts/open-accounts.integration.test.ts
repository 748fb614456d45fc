import { randomUUID } from "node:crypto";
import { beginSession } from "@parley/auth/testing";
import { TenantId, UserId } from "@parley/contracts";
import { openDatabase } from "@parley/db";
import { auditLog, inboxes, members, tenants } from "@parley/db/schema";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import { loadConfig } from "@parley/platform/config";
import { createLogger } from "@parley/platform/log";
import { createSmtpMailer } from "@parley/platform/mail/smtp-mailer";
import { startSmtpServer } from "@parley/platform/testing/smtp-server";
import { asc, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createJobQueue, type JobQueue } from "../jobs/job-queue.ts";
import { createMailJobs, type MailJobs } from "../mail/mail-jobs.ts";
import { listMemberships } from "../tenants/find-tenant.ts";
import { foundWorkspace } from "./found-workspace.ts";
import { makeWorkspace } from "./make-workspace.ts";
import { openAccounts } from "./open-accounts.ts";

const password = "vexing otters at noon";
const logger = createLogger({ level: "silent", format: "json" });
const config = loadConfig({
  PARLEY_SECRET: "a secret of this test alone, 32 characters or more",
  ADMIN_TOKEN: "an-admin-token-of-this-test-alone-long-enough",
  DASHBOARD_URL: "https://app.example.com",
});
let database: TestDatabase;
let db: ReturnType<typeof openDatabase>;
let server: Awaited<ReturnType<typeof startSmtpServer>>;
let queue: JobQueue;
let mailJobs: MailJobs;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection, max: 4 });
  server = await startSmtpServer();
  queue = createJobQueue({ db, logger, embedded: true });
  mailJobs = createMailJobs({ queue, logger, secret: config.secret });
  await queue.start();
  await mailJobs.work(createSmtpMailer({ url: server.url, from: "Parley <parley@example.com>" }));
});
afterAll(async () => {
  await queue.stop();
  await server.stop();
  await db.close();
  await database.drop();
});

const newOwner = () => ({ userId: UserId.parse(randomUUID()), name: "Ada" });

async function contents(tenantId: TenantId) {
  const read = <T>(query: Parameters<typeof db.read<T>>[1]) => db.read(tenantId, query);
  const audited = await read((tx) => tx.select().from(auditLog).orderBy(asc(auditLog.seq)));
  return {
    tenants: await read((tx) => tx.select({ name: tenants.name, slug: tenants.slug }).from(tenants)),
    members: await read((tx) => tx.select({ name: members.name, role: members.role }).from(members)),
    inboxes: await read((tx) => tx.select({ name: inboxes.name, origins: inboxes.allowedOrigins }).from(inboxes)),
    actions: audited.map(({ action }) => action),
    addresses: [...new Set(audited.map(({ ip }) => ip))],
  };
}

test("who signs up gets a mail over SMTP and, once the address is confirmed, a workspace with an inbox, which they own", async () => {
  const accounts = openAccounts({ db, mailJobs, logger, config });
  const email = `${randomUUID()}@example.com`;
  let cookie = "";
  const post = async (path: string, body: object) => {
    const answer = await accounts.handle(
      new Request(`${config.api.url}/api/auth${path}`, {
        method: "POST",
        headers: {
          origin: config.dashboard.origin,
          "content-type": "application/json",
          "x-forwarded-for": "192.0.2.7",
          cookie,
        },
        body: JSON.stringify(body),
      }),
    );
    cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
    return answer.status;
  };
  expect(await post("/sign-up/email", { name: "Ada", email, workspace: "Café Fernhill", password })).toBe(200);
  const mail = () => server.received.find(({ to }) => to[0] === email);
  await expect.poll(mail).toBeDefined();
  const [, token = ""] = /https:\/\/app\.example\.com\/verify-email#([\w-]+)/.exec(mail()?.text ?? "") ?? [];
  expect(await post("/verify-email", { token, password })).toBe(200);

  const session = await accounts.findSession(new Headers({ cookie }));
  const [place] = await listMemberships(db, session?.user.id ?? UserId.parse("nobody"));
  expect(place).toMatchObject({ name: "Ada", role: "owner" });
  const tenantId = place?.tenantId ?? TenantId.parse(randomUUID());
  expect(await contents(tenantId)).toEqual({
    tenants: [{ name: "Café Fernhill", slug: `cafe-fernhill-${tenantId.slice(0, 8)}` }],
    members: [{ name: "Ada", role: "owner" }],
    inboxes: [{ name: "Website", origins: [] }],
    actions: ["workspace.created", "user.signed_up", "email.verified", "user.signed_in"],
    addresses: ["192.0.2.7"],
  });

  expect(await post("/update-user", { name: "Ada Lovelace" })).toBe(200);
  expect((await contents(tenantId)).members).toEqual([{ name: "Ada Lovelace", role: "owner" }]);
  // The workspace's name is known to the server, who is asked for nothing but the password.
  expect(await post("/change-password", { currentPassword: password, newPassword: "Cafe-Café Fernhill 1" })).toBe(400);
});

test("made twice, also at the same time, a workspace is there once and whole", async () => {
  const workspace = { tenantId: TenantId.parse(randomUUID()), name: "東京", owner: newOwner(), ip: "192.0.2.7" };
  await Promise.all([makeWorkspace(db, workspace), makeWorkspace(db, workspace)]);
  await makeWorkspace(db, workspace);
  expect(await contents(workspace.tenantId)).toMatchObject({
    tenants: [{ slug: `workspace-${workspace.tenantId.slice(0, 8)}` }],
    members: [{ role: "owner" }],
    inboxes: [{}],
    actions: ["workspace.created"],
    addresses: ["192.0.2.7"],
  });
});

test("[S1] who founds one more workspace gets another token, in every session; who is shown what is there does not", async () => {
  const userId = UserId.parse(await beginSession(db));
  const renewals = async () => {
    const { rows } = await db.authDatabase().execute(sql`select renew from auth.session where user_id = ${userId}`);
    return rows;
  };
  const founding = { key: randomUUID(), name: "One more", owner: { userId, name: "Ada" }, ip: null };
  await foundWorkspace(db, founding);
  expect(await renewals()).toEqual([{ renew: true }]);
  await db.authDatabase().execute(sql`update auth.session set renew = false where user_id = ${userId}`);
  await foundWorkspace(db, founding);
  expect(await renewals()).toEqual([{ renew: false }]);
});

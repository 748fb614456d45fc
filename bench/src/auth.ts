import { randomUUID } from "node:crypto";
import { createAccounts } from "@parley/auth";
import { csrfHeaders } from "@parley/auth/testing/csrf-headers";
import { TenantId } from "@parley/contracts";
import { makeWorkspace } from "@parley/core/accounts/make-workspace";
import { openDatabase } from "@parley/db";
import { createTestDatabase, withClient } from "@parley/db/testing";
import { freePort } from "@parley/platform/testing/free-port";
import { cpuMicrosOf, start } from "./auth/load.ts";
import { benchNeighbours } from "./auth/neighbours.ts";
import { benchProcedures } from "./auth/procedures.ts";
import { benchSessionCheck } from "./auth/session-check.ts";
import { benchSignIns } from "./auth/sign-ins.ts";

// `pnpm bench:auth`: what the way in costs, as shares of what it could cost at the least; prints JSON. Names after the command choose
// some of it: procedures, signIns, sessionCheck, neighbours.
const say = (line: string) => process.stderr.write(`${line}\n`);
const chosen = process.argv.slice(2);
const wants = (name: string) => chosen.length === 0 || chosen.includes(name);
const secret = "a secret of measurements alone, 32 characters or more";
const password = "correct horse battery staple";

const results: Record<string, object> = {};
if (wants("procedures")) {
  say("procedures …");
  results.procedures = await benchProcedures();
}
if (wants("signIns") || wants("sessionCheck") || wants("neighbours")) {
  const database = await createTestDatabase();
  const { host, port, user, password: word = "", database: name } = database.connection;
  const apiPort = await freePort();
  const apiUrl = `http://localhost:${apiPort}`;
  const origin = "http://localhost:5174";
  const headers = { origin, "content-type": "application/json", ...csrfHeaders({ secret, apiUrl }) };
  const db = openDatabase({ connection: database.connection, max: 4 });
  const accounts = createAccounts({ db, secret, apiUrl, appOrigins: [origin] });
  const environment = {
    ...process.env,
    API_PORT: String(apiPort),
    DATABASE_URL: `postgres://${user}:${encodeURIComponent(String(word))}@${host}:${port}/${name}`,
    PARLEY_SECRET: secret,
    ADMIN_TOKEN: secret,
    TRUSTED_PROXIES: "127.0.0.1,::1",
    LOG_FORMAT: "json",
  };
  const startApi = (more: Record<string, string> = {}) =>
    start("../../../services/api/src/main.ts", [], { ...environment, ...more });
  const api = await startApi({ RATE_LIMITS: "off" });
  const postgres = {
    /** Of all that serve a connection of this database; they stay for as long as the api does. */
    cpuMicros: () =>
      withClient(database.adminConnection, async (admin) => {
        const { rows } = await admin.query<{ pid: number }>(
          "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
        );
        const each = await Promise.all(rows.map(({ pid }) => cpuMicrosOf(pid)));
        return each.reduce((sum, micros) => sum + micros, 0);
      }),
  };
  try {
    // Each has a workspace, so that its audit log tells of their sign-ins.
    const people = Array.from({ length: 32 }, (_, n) => ({ email: `person${n}@example.com`, password }));
    for (const { email } of people) {
      const userId = await accounts.ensureUser({ email, name: "Ada", password });
      const owner = { userId, name: "Ada" };
      await makeWorkspace(db, { tenantId: TenantId.parse(randomUUID()), name: "Ada's", owner, ip: null });
    }
    if (wants("signIns")) {
      say("sign-ins …");
      results.signIns = await benchSignIns({ api, postgres, apiUrl, headers, people });
    }
    if (wants("sessionCheck")) {
      say("session check …");
      const answer = await fetch(`${apiUrl}/api/auth/sign-in/email`, {
        method: "POST",
        headers,
        body: JSON.stringify(people[0]),
      });
      const cookie = answer.headers
        .getSetCookie()
        .map((line) => line.split(";", 1)[0])
        .join("; ");
      results.sessionCheck = await benchSessionCheck({ db, accounts, cookie });
    }
    if (wants("neighbours")) {
      say("neighbours …");
      await api.stop();
      const limited = await startApi();
      try {
        results.neighbours = await benchNeighbours({ db, apiUrl });
      } finally {
        await limited.stop();
      }
    }
  } finally {
    await api.stop();
    await db.close();
    await database.drop();
  }
}
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);

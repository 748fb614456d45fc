import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { createTestDatabase } from "../testing/databases.ts";
import { describeRules } from "./describe-rules.ts";

const file = new URL("../../rules.sql", import.meta.url);
const database = await createTestDatabase();
const admin = new pg.Client(database.adminConnection);
await admin.connect();
afterAll(async () => {
  await admin.end();
  await database.drop();
});

test("[T3] packages/db/rules.sql has every rule of a migrated database, and nothing else", async () => {
  await expect(await describeRules(admin)).toMatchFileSnapshot(file.pathname);
});

test.each([
  "GRANT SELECT ON runs TO system",
  "GRANT SELECT (name) ON inboxes TO system",
  "ALTER POLICY tenant_select ON messages USING (true)",
  "ALTER POLICY tenant_select ON messages TO PUBLIC",
  "ALTER TABLE messages NO FORCE ROW LEVEL SECURITY",
  "ALTER TABLE messages OWNER TO app",
  "CREATE UNIQUE INDEX ON messages (text)",
  "ALTER ROLE app BYPASSRLS",
  "GRANT owner TO door",
  "GRANT USAGE ON SCHEMA auth TO app",
  "GRANT SELECT ON auth.session TO system",
  "ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT SELECT ON TABLES TO PUBLIC",
  "ALTER FUNCTION app.tenant_id() SECURITY DEFINER",
  "CREATE TABLE notes (id uuid)",
  "CREATE VIEW everything AS SELECT * FROM messages",
  "CREATE SCHEMA r",
  "CREATE SCHEMA r; CREATE TABLE r.copies (text text)",
])("[T3 control] the page would differ after %s", async (change) => {
  const before = await describeRules(admin);
  await admin.query("BEGIN");
  try {
    await admin.query(change);
    expect(await describeRules(admin)).not.toBe(before);
  } finally {
    await admin.query("ROLLBACK");
  }
});

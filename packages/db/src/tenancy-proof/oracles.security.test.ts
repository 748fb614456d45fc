import type { TenantId } from "@parley/contracts";
import pg from "pg";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase } from "../testing/databases.ts";
import { allowedToApp, keysAcrossTenants } from "./allowed.ts";
import { type Key, readCatalogue } from "./read-catalogue.ts";
import { seedTenant } from "./seed-tenant.ts";

// Checks of keys look past row-level security. They must tell a tenant nothing of another's rows, not even that there are any.

const ours = "00000000-0000-4000-8000-00000000000a" as TenantId;
const theirs = "00000000-0000-4000-8000-00000000000b" as TenantId;
const theirIdsFrom = 500;

const database = await createTestDatabase();
const admin = new pg.Client(database.adminConnection);
await admin.connect();
afterAll(async () => {
  await admin.end();
  await database.drop();
});
const keys = (await readCatalogue(admin)).flatMap((table) => table.keys);
const named = (list: Key[]) => list.map((key) => ({ ...key, of: key.columns.join(", ") }));
const quote = (name: string) => admin.escapeIdentifier(name);

afterEach(() => admin.query("ROLLBACK"));

describe("a foreign key that is pointed at another tenant's row says what it says of no row:", () => {
  beforeEach(async () => {
    await admin.query("BEGIN");
    await seedTenant(admin, ours);
    await seedTenant(admin, theirs, theirIdsFrom);
    await admin.query("UPDATE conversations SET status = 'open'"); // a pending one takes no assignee at all
    // An open one has nobody who accepted it.
    await admin.query(`UPDATE invitations i SET revoked_at = NULL, accepted_at = now(),
      accepted_by = (SELECT min(id::text)::uuid FROM members m WHERE m.tenant_id = i.tenant_id)`);
  });

  const foreign = named(keys.filter(({ kind, target }) => kind === "foreign" && target !== "tenants"));

  /** Points our row at the value, as whoever may change it; what the database says, without the value. */
  async function point(
    { table, columns }: Key,
    value: Record<string, unknown>,
    // The log's rows can't be changed by a tenant; the key's check is the same for whoever changes them.
    role = allowedToApp(table).includes("UPDATE") ? "app" : "none",
  ) {
    const own = columns.filter((column) => column !== "tenant_id");
    const set = own.map((column, index) => `${quote(column)} = $${index + 2}`).join(", ");
    await admin.query("SAVEPOINT attempt");
    try {
      await admin.query("SELECT set_config('role', $1, true), set_config('app.tenant_id', $2, true)", [role, ours]);
      await admin.query(
        `UPDATE public.${quote(table)} SET ${set} WHERE ctid = (SELECT min(ctid) FROM public.${quote(table)} WHERE tenant_id = $1)`,
        [ours, ...own.map((column) => value[column])],
      );
      return "accepted";
    } catch (error) {
      const { code, constraint, message, detail = "" } = error as pg.DatabaseError;
      const hidden = own.reduce((text, column) => text.replaceAll(String(value[column]), column), detail);
      return { code, constraint, message, detail: hidden };
    } finally {
      await admin.query("ROLLBACK TO SAVEPOINT attempt");
    }
  }

  test.each(foreign)("[T5] $name ($of)", async (key) => {
    const target = await admin.query(
      `SELECT ${key.targetColumns.map((column, index) => `${quote(column)} AS ${quote(String(key.columns[index]))}`).join(", ")}
       FROM public.${quote(String(key.target))} WHERE tenant_id = $1`,
      [theirs],
    );
    const foreignRow: Record<string, unknown> = target.rows[0];
    const missingRow = Object.fromEntries(
      Object.entries(foreignRow).map(([column, value]) => [
        column,
        typeof value === "number" ? value + 1_000_000 : String(value).replace(/^0{8}/, "f0f0f0f0"),
      ]),
    );
    const ofTheirs = await point(key, foreignRow);
    expect(ofTheirs).toMatchObject({ code: "23503" });
    expect(ofTheirs).toEqual(await point(key, missingRow));
  });

  test("[T5 control] which a key without the tenant does not", async () => {
    await admin.query(`
      ALTER TABLE conversations ADD UNIQUE (id);
      CREATE TABLE notes (tenant_id uuid, conversation_id uuid REFERENCES conversations (id));
      `);
    await admin.query("INSERT INTO notes VALUES ($1, null)", [ours]);
    const { rows } = await admin.query("SELECT id FROM conversations WHERE tenant_id = $1", [theirs]);
    const key = { table: "notes", columns: ["tenant_id", "conversation_id"] } as Key;
    expect(await point(key, { conversation_id: rows[0].id }, "none")).toBe("accepted");
    const missing = "f0f0f0f0-0000-4000-8000-000000000000";
    expect(await point(key, { conversation_id: missing }, "none")).toMatchObject({ code: "23503" });
  });

  test("and there are such keys", () => expect(foreign.length).toBeGreaterThan(5));
});

describe("a key takes in one tenant what another one has:", () => {
  beforeEach(async () => {
    await admin.query("BEGIN");
    await seedTenant(admin, ours);
    await seedTenant(admin, theirs); // the same ids, names and numbers
  });

  const unique = named(
    keys.filter(({ kind, columns, name }) => {
      const shared = keysAcrossTenants.includes(name) || columns.join() === "tenant_id";
      return kind !== "foreign" && !shared;
    }),
  );

  test.each(unique)("[T6] $name ($of)", async ({ table, columns, of }) => {
    // What the database counts by itself is another number in each tenant, and says nothing.
    const counted = await admin.query(
      `SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attidentity <> '' AND attname = ANY ($2)`,
      [`public.${table}`, columns],
    );
    if (counted.rowCount) return expect(columns).toContain("tenant_id");
    const values = columns.filter((column) => column !== "tenant_id").map(quote);
    const { rows } = await admin.query(
      `SELECT count(DISTINCT tenant_id)::int AS tenants FROM public.${quote(table)} GROUP BY ${values.join(", ")}`,
    );
    expect(rows, of).toContainEqual({ tenants: 2 });
  });

  test("[T6 control] where one without the tenant would not", async () => {
    await expect(admin.query("ALTER TABLE conversations ADD UNIQUE (id)")).rejects.toMatchObject({ code: "23505" });
  });

  test("and there are such keys", () => expect(unique.length).toBeGreaterThan(10));
});

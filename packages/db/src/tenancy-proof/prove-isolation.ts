import type { TenantId } from "@parley/contracts";
import type pg from "pg";
import { allowedToApp, type Command, partitioned, visibleToSystem } from "./allowed.ts";
import type { Proof } from "./proof.ts";
import { seedTenant } from "./seed-tenant.ts";

const ours = "00000000-0000-4000-8000-00000000000a" as TenantId;
const theirs = "00000000-0000-4000-8000-00000000000b" as TenantId;

/** `rows`: how many were read or written. `refused`: the SQLSTATE. */
type Result = { rows: number } | { refused: string };
const denied: Result = { refused: "42501" };

/**
 * Begins a transaction in which two tenants have a row in every table. Foreign keys don't fire in it, so that row-level security
 * alone decides what happens; the caller rolls it back.
 *
 * @param admin a superuser's connection
 */
export async function beginWithTwoTenants(admin: pg.ClientBase): Promise<void> {
  await admin.query("BEGIN");
  await admin.query("SET LOCAL session_replication_role = replica");
  await seedTenant(admin, ours);
  await seedTenant(admin, theirs);
}

/** What the roles can do with one table's rows, tried out within `beginWithTwoTenants`. It changes nothing. */
export async function proveIsolation(admin: pg.ClientBase, table: string): Promise<Proof[]> {
  const name = `public.${admin.escapeIdentifier(table)}`;
  const copyOf = (tenantId: TenantId) =>
    admin.query(`SELECT to_jsonb(t) AS copy FROM ${name} t WHERE tenant_id = $1`, [tenantId]);
  const [own, other] = [(await copyOf(ours)).rows, (await copyOf(theirs)).rows];
  const all: Result = { rows: own.length };
  const none: Result = { rows: 0 };
  const may = (command: Command) => allowedToApp(table).includes(command);

  const attempt = async (role: string, tenantId: TenantId | "", statement: string, values: unknown[] = []) =>
    tryOut(admin, async () => {
      await admin.query("SELECT set_config('role', $1, true), set_config('app.tenant_id', $2, true)", [role, tenantId]);
      return admin.query(statement, values);
    });
  const asOurs = (statement: string, values?: unknown[]) => attempt("app", ours, statement, values);
  const insert = `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_record(NULL::${name}, $1)`;
  const change = `UPDATE ${name} SET tenant_id = $1`;
  const furtherRights = `SELECT WHERE has_any_column_privilege('${name}', 'REFERENCES') OR has_table_privilege('${name}', 'TRIGGER')`;
  const reinsertOwn = () =>
    tryOut(admin, async () => {
      await admin.query(`DELETE FROM ${name}`);
      await admin.query("SELECT set_config('role', 'app', true), set_config('app.tenant_id', $1, true)", [ours]);
      return admin.query(insert, [own[0]?.copy]);
    });

  const expectations: [string, Result, Result][] = [
    ["a tenant sees its own rows", await asOurs(`SELECT FROM ${name} WHERE tenant_id = $1`, [ours]), all],
    ["a tenant sees no other's rows", await asOurs(`SELECT FROM ${name} WHERE tenant_id <> $1`, [ours]), none],
    ["without a tenant no row is seen", await attempt("app", "", `SELECT FROM ${name}`), none],
    ["a tenant adds rows of its own", await reinsertOwn(), { rows: 1 }],
    ["a tenant adds none to another", await asOurs(insert, [other[0]?.copy]), denied],
    ["without a tenant no row is added", await attempt("app", "", insert, [own[0]?.copy]), denied],
    ["without a tenant no row is changed", await attempt("app", "", change, [ours]), may("UPDATE") ? none : denied],
    [
      "without a tenant no row is deleted",
      await attempt("app", "", `DELETE FROM ${name}`),
      may("DELETE") ? none : denied,
    ],
    // Without WHERE or RETURNING the policy for SELECT has no say, so it can't hide what the others let through.
    [
      may("UPDATE") ? "a tenant changes its own rows and no other's" : "a tenant changes no row",
      await asOurs(change, [ours]),
      may("UPDATE") ? all : denied,
    ],
    ["a tenant gives no row away", await asOurs(change, [theirs]), denied],
    [
      may("DELETE") ? "a tenant deletes its own rows and no other's" : "a tenant deletes no row",
      await asOurs(`DELETE FROM ${name}`),
      may("DELETE") ? all : denied,
    ],
    [
      "a tenant's COPY takes out its own rows",
      await asOurs(`COPY ${name} TO STDOUT`),
      partitioned.includes(table) ? none : all, // of partitions, it takes none
    ],
    ["a tenant writes no file and starts no program", await asOurs(`COPY ${name} TO PROGRAM 'cat'`), denied],
    ["a tenant can't empty it", await asOurs(`TRUNCATE ${name}`), denied],
    ["a tenant can neither point at its keys nor watch it", await asOurs(furtherRights), none],
    ["the owner of the table sees no row", await attempt("owner", ours, `SELECT FROM ${name}`), none],
    ["accounts can't read it", await attempt("auth", ours, `SELECT tenant_id FROM ${name}`), denied],
    ["the login itself can't read it", await attempt("door", ours, `SELECT tenant_id FROM ${name}`), denied],
    [
      visibleToSystem(table) ? "system sees what the list says" : "system can't read it",
      await attempt("system", ours, `SELECT tenant_id FROM ${name}`),
      visibleToSystem(table) ? { rows: own.length + other.length } : denied,
    ],
  ];
  return [
    { name: `${table}: the proof has rows of it`, passed: own.length > 0 && other.length > 0 },
    ...expectations.map(([what, result, expected]) => ({
      name: `${table}: ${what}`,
      passed: JSON.stringify(result) === JSON.stringify(expected),
    })),
  ];
}

/** Undoes what it did, settings included. */
async function tryOut(admin: pg.ClientBase, work: () => Promise<pg.QueryResult>): Promise<Result> {
  await admin.query("SAVEPOINT attempt");
  try {
    return { rows: (await work()).rowCount ?? 0 };
  } catch (error) {
    return { refused: String((error as { code?: string }).code) };
  } finally {
    await admin.query("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt");
  }
}

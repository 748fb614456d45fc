import type pg from "pg";
import { type Key, type Policy, readCatalogue, type Table } from "./read-catalogue.ts";

/** In any schema but those that PostgreSQL brings along. */
const ofUs = (schema: string) => `${schema} !~ '^pg_' and ${schema} <> 'information_schema'`;
const roles = "('door', 'owner', 'app', 'auth', 'system')";
const ofNoExtension = (oid: string) => `not exists (select from pg_depend where objid = ${oid} and deptype = 'e')`;
const holders = (acl: string, owner: string) => `
  (select string_agg(format('GRANT %s TO %s', held.privileges, held.grantee), '; ' order by held.grantee) from (
    select coalesce(r.rolname, 'PUBLIC') as grantee, string_agg(privilege_type, ', ' order by privilege_type) as privileges
    from aclexplode(${acl}) a left join pg_roles r on r.oid = a.grantee where a.grantee <> ${owner} group by 1) held)`;

// Each gives lines; they are sorted here, since servers differ in how.
const sections: Record<string, string> = {
  Roles: `
    select format('CREATE ROLE %s %s %s %s %s %s %s %s;', rolname, case when rolcanlogin then 'LOGIN' else 'NOLOGIN' end,
      case when rolinherit then 'INHERIT' else 'NOINHERIT' end, case when rolsuper then 'SUPERUSER' else 'NOSUPERUSER' end,
      case when rolcreatedb then 'CREATEDB' else 'NOCREATEDB' end, case when rolcreaterole then 'CREATEROLE' else 'NOCREATEROLE' end,
      case when rolreplication then 'REPLICATION' else 'NOREPLICATION' end,
      case when rolbypassrls then 'BYPASSRLS' else 'NOBYPASSRLS' end) as line
    from pg_roles where rolname in ${roles}`,
  "Who may switch to which role": `
    select format('GRANT %s TO %s WITH INHERIT %s, SET %s, ADMIN %s;', a.roleid::regrole, a.member::regrole, a.inherit_option,
      a.set_option, a.admin_option) as line
    from pg_auth_members a where a.roleid::regrole::text in ${roles} or a.member::regrole::text in ${roles}`,
  "Schemas: who uses what": `
    select format('SCHEMA %s OWNER %s; %s;', nspname, nspowner::regrole, ${holders("nspacl", "nspowner")}) as line
    from pg_namespace where ${ofUs("nspname")}`,
  "Rights that come by themselves with what is made later": `
    select format('%s %s %s', defaclrole::regrole, defaclobjtype, defaclacl::text) as line from pg_default_acl`,
  "Tables that belong to no tenant, in schemas that tenants' data is not in": `
    select format('%s.%s OWNER %s; %s;', nspname, relname, relowner::regrole, ${holders("relacl", "relowner")}) as line
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where ${ofUs("nspname")} and nspname not in ('public', 'pgboss') and relkind in ('r', 'p', 'v', 'm', 'f')`,
  "Functions and procedures; those that run with their owner's rights say SECURITY DEFINER": `
    select format(E'%s;\\n-- owner %s%s', trim(trailing E'\\n' from pg_get_functiondef(p.oid)), proowner::regrole,
      coalesce('; ' || ${holders("proacl", "proowner")}, '')) as line
    from pg_proc p where ${ofUs("pronamespace::regnamespace::text")} and ${ofNoExtension("p.oid")}`,
  Triggers: `
    select pg_get_triggerdef(oid) || ';' as line from pg_trigger where not tgisinternal`,
};

const byCommand = ["SELECT", "INSERT", "UPDATE", "DELETE", "ALL"];

/**
 * Every rule about who reaches what, as the catalogue has it: the page that a reviewer reads. It does not say whether they are good: the
 * proof does.
 */
export async function describeRules(client: pg.ClientBase): Promise<string> {
  const parts: string[] = [head];
  const tables = await readCatalogue(client);
  parts.push(title("Tenants' tables"), ...tables.map(describeTable));
  for (const [name, query] of Object.entries(sections)) {
    const { rows } = await client.query<{ line: string }>(query);
    const lines = rows.map(({ line }) => line.replaceAll(" ;", "")).sort();
    parts.push(title(name), lines.length > 0 ? lines.join("\n") : "-- none");
  }
  return `${parts.join("\n\n")}\n`;
}

const head = `-- Who reaches what in the database: all of it, as the catalogue of a migrated database has it. It is a page to read, not one to run:
-- roles.sql and the migrations make it so. Nobody writes it by hand; a test compares it with the database, and
--   ./pnpm test:integration packages/db/src/tenancy-proof/rules -u
-- writes it anew. app.tenant_id() is the tenant of the transaction; without one it is null, and then no row is seen and none accepted.`;
const title = (name: string) => `-- ${"=".repeat(100)}\n-- ${name}\n-- ${"=".repeat(100)}`;

function describeTable({ name, owner, enabled, forced, keys, grants, policies }: Table): string {
  const security = enabled
    ? forced
      ? "FORCE ROW LEVEL SECURITY"
      : "ROW LEVEL SECURITY, not of the owner"
    : "no security";
  return [
    `TABLE ${name} OWNER ${owner} ${security};`,
    ...keys.map((key) => `  ${describeKey(key)};`),
    ...describeGrants(grants).map((grant) => `  ${grant};`),
    ...[...policies]
      .sort((one, two) => order(one) - order(two) || one.name.localeCompare(two.name, "en"))
      .map((policy) => `  ${describePolicy(policy)};`),
  ].join("\n");
}

function describeKey({ kind, columns, where, target, targetColumns }: Key): string {
  const own = `(${columns.join(", ")})`;
  if (kind === "foreign") return `FOREIGN KEY ${own} REFERENCES ${target} (${targetColumns.join(", ")})`;
  const rows = where === null ? "" : ` WHERE ${where}`;
  return `${kind === "primary" ? "PRIMARY KEY" : "UNIQUE"} ${own}${rows}`;
}

function describeGrants(grants: readonly string[]): string[] {
  const byRole = Map.groupBy(grants, (grant) => grant.slice(0, grant.indexOf(":")));
  return [...byRole].map(([role, held]) => {
    const privileges = held.map((grant) => grant.slice(role.length + 1).replace("(", " ("));
    return `GRANT ${privileges.sort((one, two) => place(one) - place(two)).join(", ")} TO ${role}`;
  });
}

function describePolicy({ name, command, roles, using, check }: Policy): string {
  const rules = [using !== null && `USING ${bracketed(using)}`, check !== null && `WITH CHECK ${bracketed(check)}`];
  return [`POLICY ${name} FOR ${command} TO ${roles.join(", ")}`, ...rules].filter(Boolean).join(" ");
}

const bracketed = (rule: string) => (rule.startsWith("(") ? rule : `(${rule})`);
const place = (privilege: string) => byCommand.indexOf(privilege.split(" ")[0] ?? "");
/** Tenants' own policies first. */
const order = ({ command, roles }: Policy) => (roles.includes("app") ? 0 : 10) + byCommand.indexOf(command);

import type pg from "pg";
import { allowedToApp, allowedToSystem, keysAcrossTenants, ownersFunctions, partitioned } from "./allowed.ts";
import type { Proof } from "./proof.ts";
import type { Policy, Table } from "./read-catalogue.ts";

const ownRows = "(tenant_id = ( SELECT app.tenant_id() AS tenant_id))";
const tenantPolicies: readonly Omit<Policy, "table">[] = [
  { name: "tenant_delete", command: "DELETE", roles: ["app"], using: ownRows, check: null },
  { name: "tenant_insert", command: "INSERT", roles: ["app"], using: null, check: ownRows },
  { name: "tenant_select", command: "SELECT", roles: ["app"], using: ownRows, check: null },
  { name: "tenant_update", command: "UPDATE", roles: ["app"], using: ownRows, check: ownRows },
];

/** What a tenant's table has to look like. */
export function proveStructure(table: Table): Proof[] {
  const allowed = allowedToSystem(table.name);
  const commands: readonly string[] = allowedToApp(table.name);
  const tenant = table.policies.filter(({ roles }) => !roles.includes("system"));
  const system = table.policies.filter(({ roles }) => roles.includes("system"));
  const foreign = table.keys.filter(({ kind }) => kind === "foreign");
  const unique = table.keys.filter(({ kind, name }) => kind !== "foreign" && !keysAcrossTenants.includes(name));
  const primary = table.keys.find(({ kind }) => kind === "primary");

  const rules: Record<string, boolean> = {
    "is a plain table of the owner":
      table.kind === (partitioned.includes(table.name) ? "p" : "r") && table.owner === "owner",
    "each row names its tenant": table.hasTenant,
    "row-level security is on and binds the owner": table.enabled && table.forced,
    "has a tenant's policy for each command that the list allows": same(
      tenant.map(({ table: _, ...policy }) => policy),
      tenantPolicies.filter(({ command }) => commands.includes(command)),
    ),
    "has the policies for system that the list allows": same(
      system.map(({ name, roles, using, check }) => [name, roles, using, check]),
      Object.entries(allowed.policies).map(([name, using]) => [name, ["system"], using, null]),
    ),
    "grants what the list allows": same(table.grants, [
      ...commands.map((command) => `app:${command}`),
      ...allowed.grants,
    ]),
    "its primary key begins with the tenant": primary?.columns[0] === "tenant_id",
    "every key is within the tenant": unique.every(({ columns }) => columns.includes("tenant_id")),
    "points to rows of the same tenant alone": foreign.every(
      ({ columns, targetColumns }) =>
        columns.includes("tenant_id") && targetColumns[columns.indexOf("tenant_id")] === "tenant_id",
    ),
  };
  return Object.entries(rules).map(([what, passed]) => ({ name: `${table.name}: ${what}`, passed }));
}

// What PostgreSQL brings along is its own, and so is what an extension does.
const ofServer = (schema: string) =>
  `(${schema} in ('pg_catalog', 'information_schema') or ${schema} ~ '^pg_(toast|temp)')`;
const ofExtension = (oid: string) => `exists (select from pg_depend where objid = ${oid} and deptype = 'e')`;

// Each lists what must not be there.
const forbidden: Record<string, string> = {
  "no role of ours is a superuser, bypasses row-level security or makes roles or databases": `
    select rolname from pg_roles where rolname in ('door', 'owner', 'app', 'auth', 'system')
      and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
  "all five roles are there, and only door and owner can log in": `
    select name from (values ('door', true), ('owner', true), ('app', false), ('auth', false), ('system', false)) r (name, login)
    where not exists (select from pg_roles where rolname = name and rolcanlogin = login)`,
  "nobody but door belongs to a role, and door inherits none of their rights": `
    select m.rolname || ' in ' || r.rolname from pg_auth_members a
      join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
    where r.rolname in ('door', 'owner', 'app', 'auth', 'system')
      and not (m.rolname = 'door' and r.rolname in ('app', 'auth', 'system') and not a.inherit_option and not a.admin_option)`,
  "no schema is there but those that these proofs know": `
    select nspname from pg_namespace n where nspname not in ('public', 'app', 'auth', 'pgboss') and not ${ofServer("nspname")}`,
  "no function runs with its owner's rights but those that the list allows": `
    select p.oid::regprocedure::text from pg_proc p
    where prosecdef and pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      and p.oid <> all (array[${ownersFunctions.map((name) => `'${name}'`).join(", ")}]::regprocedure[])`,
  "what runs with its owner's rights is for tenants' transactions alone, and goes by their tenant": `
    select p.oid::regprocedure::text from pg_proc p
    where prosecdef and pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      and (
        pg_get_userbyid(proowner) <> 'owner' or prosrc !~ 'app\\.tenant_id\\(\\)' or 'uuid'::regtype = any (proargtypes::oid[])
        or exists (
          select from aclexplode(coalesce(proacl, acldefault('f', proowner))) a
          where a.grantee not in ('app'::regrole, 'owner'::regrole)
        )
      )`,
  "every function is bound to what it names, whatever the path of who calls it": `
    select p.oid::regprocedure::text from pg_proc p
    where not ${ofServer("pronamespace::regnamespace::text")} and prosqlbody is null
      and not coalesce(proconfig::text like '%search_path=%', false) and not ${ofExtension("p.oid")}`,
  "no function tells anything by NOTIFY": `
    select p.oid::regprocedure::text from pg_proc p
    where not ${ofServer("pronamespace::regnamespace::text")} and prosrc ~* 'notify' and not ${ofExtension("p.oid")}`,
  "no view stands in front of the tables": `
    select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where relkind in ('v', 'm', 'f') and not ${ofServer("nspname")} and not ${ofExtension("c.oid")}`,
  "no table of another schema names a tenant": `
    select attrelid::regclass::text from pg_attribute join pg_class c on c.oid = attrelid
    where attname = 'tenant_id' and relkind in ('r', 'p') and relnamespace <> 'public'::regnamespace`,
  "the public can use none of the schemas": `
    select nspname from pg_namespace n, aclexplode(nspacl) a
    where not ${ofServer("nspname")} and a.grantee = 0`,
  "accounts and tenants' data can't be reached by the same role": `
    select format('%s in %s', r.name, s.name)
    from (values ('app', 'auth'), ('app', 'pgboss'), ('system', 'auth'), ('auth', 'public'), ('auth', 'app'), ('auth', 'pgboss'),
      ('door', 'public'), ('door', 'app'), ('door', 'auth'), ('door', 'pgboss')) x (role, schema),
      lateral (select x.role as name) r, lateral (select x.schema as name) s
    where has_schema_privilege(r.name, s.name, 'USAGE')`,
  "nobody but the owner makes anything in schema public": `
    select name from (values ('door'), ('app'), ('auth'), ('system')) r (name)
    where has_schema_privilege(name, 'public', 'CREATE')`,
};

/** What has to hold of the roles and the database as a whole. */
export async function proveRoles(client: pg.ClientBase): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const [name, query] of Object.entries(forbidden)) {
    const { rowCount } = await client.query(query);
    proofs.push({ name, passed: rowCount === 0 });
  }
  return proofs;
}

function same(one: readonly unknown[], two: readonly unknown[]): boolean {
  const sorted = (list: readonly unknown[]) => JSON.stringify(list.map((item) => JSON.stringify(item)).sort());
  return sorted(one) === sorted(two);
}

import type pg from "pg";

export type Policy = {
  table: string;
  name: string;
  command: "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "ALL";
  roles: string[];
  /** Which rows are seen, changed or deleted. */
  using: string | null;
  /** Which rows may be written. */
  check: string | null;
};

export type Key = {
  table: string;
  name: string;
  kind: "primary" | "unique" | "foreign";
  columns: string[];
  /** Of a unique key: for which rows alone it holds. */
  where: string | null;
  /** Of a foreign key: the table and the columns that it points to. */
  target: string | null;
  targetColumns: string[];
};

export type Table = {
  name: string;
  owner: string;
  kind: string;
  /** `tenant_id` is there and not null. */
  hasTenant: boolean;
  enabled: boolean;
  forced: boolean;
  policies: Policy[];
  keys: Key[];
  /** Who holds which privilege, other than its owner: `app:SELECT` on the whole table, `system:SELECT(id, name)` on those columns. */
  grants: string[];
};

const tables = `
  select c.relname as name, pg_get_userbyid(c.relowner) as owner, c.relkind::text as kind,
    exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and attnotnull) as "hasTenant",
    c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
    array(
      select coalesce(r.rolname, 'PUBLIC') || ':' || privilege_type || coalesce('(' || columns || ')', '')
      from (
        select acl.grantee, acl.privilege_type, null as columns from aclexplode(c.relacl) acl
        union all
        select acl.grantee, acl.privilege_type, string_agg(a.attname, ', ' order by a.attnum)
        from pg_attribute a, aclexplode(a.attacl) acl where a.attrelid = c.oid group by 1, 2
      ) held left join pg_roles r on r.oid = held.grantee
      where held.grantee <> c.relowner order by 1
    ) as grants
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and not exists (select from pg_depend where objid = c.oid and deptype = 'e') and c.relname = coalesce($1, c.relname)
  order by c.relname`;

const policies = `
  select tablename as table, policyname as name, cmd as command, roles::text[] as roles, qual as using, with_check as check
  from pg_policies where schemaname = 'public' and tablename = coalesce($1, tablename) order by 1, 2`;

const keys = `
  select t.relname as table, k.name, k.kind, k.target::regclass::text as target, k.where,
    array(select attname::text from unnest(k.columns) with ordinality u(n, i)
      join pg_attribute on attrelid = t.oid and attnum = n order by i) as columns,
    array(select attname::text from unnest(k.target_columns) with ordinality u(n, i)
      join pg_attribute on attrelid = k.target and attnum = n order by i) as "targetColumns"
  from pg_class t join (
    select indrelid as relation, i.relname as name, case when indisprimary then 'primary' else 'unique' end as kind,
      null::oid as target, indkey::int2[] as columns, null::int2[] as target_columns, pg_get_expr(indpred, indrelid) as where
    from pg_index join pg_class i on i.oid = indexrelid where indisunique
    union all
    select conrelid, conname, 'foreign', confrelid, conkey, confkey, null from pg_constraint where contype = 'f'
  ) k on k.relation = t.oid
  where t.relnamespace = 'public'::regnamespace and t.relname = coalesce($1, t.relname) order by 1, 2`;

/** What the catalogue says about who reaches which rows of schema public. @param only of this table; undefined: of all */
export async function readCatalogue(client: pg.ClientBase, only?: string): Promise<Table[]> {
  const values = [only ?? null];
  const found = await client.query<Omit<Table, "policies" | "keys">>(tables, values);
  const { rows: allPolicies } = await client.query<Policy>(policies, values);
  const { rows: allKeys } = await client.query<Key>(keys, values);
  return found.rows.map((table) => ({
    ...table,
    policies: allPolicies.filter((policy) => policy.table === table.name),
    keys: allKeys.filter((key) => key.table === table.name),
  }));
}

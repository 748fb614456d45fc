/** Runs one statement, as the driver's client or `executeSql` does. */
export type Ask = (text: string) => Promise<{ rows: Record<string, unknown>[] }>;

const ours = "('public', 'app', 'auth', 'pgboss')";
const notOfAnExtension = (oid: string) => `not exists (select from pg_depend where objid = ${oid} and deptype = 'e')`;

// `m`, the right to maintain, is new in PostgreSQL 17: that the owner has it there is no difference.
const parts: Record<string, string> = {
  schema: `
    select format('%s owner %s %s', nspname, nspowner::regrole, nspacl::text) as line from pg_namespace where nspname in ${ours}`,
  relation: `
    select format('%s.%s %s owner %s rls %s %s %s', nspname, relname, relkind, relowner::regrole, relrowsecurity, relforcerowsecurity,
      replace(relacl::text, 'owner=arwdDxtm/owner', 'owner=arwdDxt/owner')) as line
    from pg_class c join pg_namespace n on n.oid = relnamespace where nspname in ${ours} and ${notOfAnExtension("c.oid")}`,
  column: `
    select format('%s.%s.%s %s not null %s identity %s storage %s default %s %s', nspname, relname, attname,
      format_type(atttypid, atttypmod), attnotnull, attidentity, attstorage, pg_get_expr(adbin, adrelid), attacl::text) as line
    from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where nspname in ${ours} and relkind = 'r' and attnum > 0 and not attisdropped`,
  constraint: `
    select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as line
    from pg_constraint where connamespace::regnamespace::text in ${ours} and contype <> 'n'`,
  index: `select indexdef as line from pg_indexes where schemaname in ${ours}`,
  policy: `
    select format('%s.%s %s %s %s %s using %s check %s', schemaname, tablename, policyname, permissive, roles, cmd, qual, with_check) as line
    from pg_policies`,
  routine: `
    select format('%s owner %s %s', pg_get_functiondef(p.oid), proowner::regrole, proacl::text) as line
    from pg_proc p where pronamespace::regnamespace::text in ${ours} and ${notOfAnExtension("p.oid")}`,
};

/** Everything that migrations make, a line each and sorted: equal lists mean equal databases. Rows are left out. */
export async function describeCatalogue(ask: Ask): Promise<string[]> {
  const lines: string[] = [];
  for (const [part, query] of Object.entries(parts)) {
    const { rows } = await ask(query);
    lines.push(...rows.map(({ line }) => `${part} ${line}`));
  }
  return lines.sort();
}

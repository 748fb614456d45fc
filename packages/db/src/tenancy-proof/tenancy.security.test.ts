import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase } from "../testing/databases.ts";
import { allowedToApp } from "./allowed.ts";
import { beginWithTwoTenants, proveIsolation } from "./prove-isolation.ts";
import { proveRoles, proveStructure } from "./prove-structure.ts";
import { proveTenancy } from "./prove-tenancy.ts";
import { readCatalogue } from "./read-catalogue.ts";

const database = await createTestDatabase();
const admin = new pg.Client(database.adminConnection);
await admin.connect();
afterAll(async () => {
  await admin.end();
  await database.drop();
});
const proofs = await proveTenancy(admin);
const tables = await readCatalogue(admin);

/** Views and functions are a case of their own in the list of attacks. */
const caseOf = (name: string) => (/^(no|every) (function|view)/.test(name) ? "T4" : "T3");

describe("tenancy", () => {
  test.each(proofs.map((proof) => ({ ...proof, attack: caseOf(proof.name) })))("[$attack] $name", ({ passed }) => {
    expect(passed).toBe(true);
  });
});

describe("a partition that a tenant had made for its vectors", () => {
  const [ours, theirs] = ["a", "b"].map((last) => `00000000-0000-4000-8000-00000000000${last}`);
  const partition = `nearest_${ours?.replaceAll("-", "")}`;

  /** What comes of the statement in the tenant's name, in a database where two tenants have a partition each. */
  async function attempt(tenantId: string | undefined, statement: string, change = "") {
    await beginWithTwoTenants(admin);
    try {
      await admin.query(change);
      await admin.query("SELECT set_config('role', 'app', true), set_config('app.tenant_id', $1, true)", [tenantId]);
      return await admin.query(statement).then(
        ({ rowCount }) => ({ rows: rowCount }),
        ({ code }: { code: string }) => ({ refused: code }),
      );
    } finally {
      await admin.query("ROLLBACK");
    }
  }
  const everything = `SELECT FROM ${partition}`;

  test("[T3] shows its rows to that tenant alone, though it is named", async () => {
    expect(await attempt(ours, everything)).toEqual({ rows: 1 });
    expect(await attempt(theirs, everything)).toEqual({ rows: 0 });
    expect(await attempt("", everything)).toEqual({ rows: 0 });
    expect(await attempt(theirs, `DELETE FROM ${partition}`)).toEqual({ rows: 0 });
    expect(await attempt(theirs, `INSERT INTO ${partition} SELECT * FROM nearest`)).toEqual({ refused: "23514" });
  });

  test("[T3 control] would show them, were it made without its walls", async () => {
    const open = `ALTER TABLE ${partition} DISABLE ROW LEVEL SECURITY`;
    expect(await attempt(theirs, everything, open)).toEqual({ rows: 1 });
  });

  test("[T3] is made in the name of the transaction's tenant, and of none without one", async () => {
    const make = "SELECT app.make_vector_index('e', 2)";
    expect(await attempt(ours, make)).toEqual({ rows: 1 });
    expect(await attempt("", make)).toEqual({ refused: "22023" });
    expect(await attempt(ours, "SELECT app.make_vector_index('e', 4001)")).toEqual({ refused: "22023" });
    // What comes with the name of an embedder stays a name.
    const named = "SELECT app.make_vector_index($$x'; DROP TABLE nearest; --$$, 2)";
    expect(await attempt(ours, named)).toEqual({ rows: 1 });
  });
});

describe("the proof of tenancy notices", () => {
  // Making the two tenants takes longer than most proofs: each change is undone, and leaves them as they were.
  beforeAll(() => beginWithTwoTenants(admin));
  afterAll(() => admin.query("ROLLBACK"));

  const wrong = (all: { name: string; passed: boolean }[]) =>
    all.filter(({ passed }) => !passed).map(({ name }) => name);

  /** What fails in the proof of a table after the change. @param isTried whether what the roles can do is proved as well */
  async function provenWrong(table: string, change: string, isTried = true) {
    await admin.query("SAVEPOINT unchanged");
    try {
      await admin.query(change);
      const [now] = await readCatalogue(admin, table);
      if (!now) throw new Error(`${table} is gone`);
      const behaviour = isTried ? wrong(await proveIsolation(admin, table)) : [];
      return { behaviour, structure: wrong(proveStructure(now)) };
    } finally {
      await admin.query("ROLLBACK TO SAVEPOINT unchanged; RELEASE SAVEPOINT unchanged");
    }
  }

  // Each policy of each table is taken away, weakened and opened, one change at a time: each turns a proof red.
  const policies = tables.flatMap(({ policies }) => policies);
  const mutations = policies.flatMap(({ table, name, using, check }) => {
    const parts = [
      { part: "USING", rule: using },
      { part: "WITH CHECK", rule: check },
    ];
    const weakened = parts.flatMap(({ part, rule }) =>
      rule === null || rule === "true"
        ? []
        : [
            { what: `${part} is always true`, change: `ALTER POLICY %s ${part} (true)` },
            {
              what: `${part} forgets those without a tenant`,
              change: `ALTER POLICY %s ${part} (${rule} OR app.tenant_id() IS NULL)`,
            },
          ],
    );
    const all = [
      { what: "it is gone", change: "DROP POLICY %s" },
      { what: "it holds for everybody", change: "ALTER POLICY %s TO PUBLIC" },
      ...weakened,
    ];
    return all.map(({ what, change }) => ({
      table,
      name,
      what,
      change: change.replace("%s", `${name} ON public.${table}`),
      // Whom a policy lets in, rights may still keep out; `system` has no row here that it may not see; and without a tenant no row
      // gets as far as the check of what it is changed to. These show in the catalogue alone.
      isTried:
        name.startsWith("tenant_") &&
        what !== "it holds for everybody" &&
        !(name === "tenant_update" && what === "WITH CHECK forgets those without a tenant"),
    }));
  });

  test(`all ${mutations.length} mutations of ${policies.length} policies on ${tables.length} tables are tried`, () => {
    expect(tables.length).toBeGreaterThan(0);
    const ofTenants = policies.filter(({ name }) => name.startsWith("tenant_"));
    expect(ofTenants).toHaveLength(tables.flatMap(({ name }) => allowedToApp(name)).length);
    expect(mutations.length).toBeGreaterThanOrEqual(4 * ofTenants.length);
  });

  test.each(mutations)("[T3 control] of $name of $table: $what", async ({ table, change, isTried }) => {
    const { behaviour, structure } = await provenWrong(table, change, isTried);
    if (isTried) expect(behaviour).not.toEqual([]);
    expect(structure).not.toEqual([]);
  });

  const others = {
    "row-level security is off": "ALTER TABLE %s DISABLE ROW LEVEL SECURITY",
    "the owner is not bound": "ALTER TABLE %s NO FORCE ROW LEVEL SECURITY",
    "accounts were let in": "GRANT USAGE ON SCHEMA public TO auth; GRANT SELECT ON %s TO auth",
    "the login was let in": "GRANT USAGE ON SCHEMA public TO door; GRANT SELECT ON %s TO door",
    "everybody was let in": "GRANT USAGE ON SCHEMA public TO PUBLIC; GRANT SELECT ON %s TO PUBLIC",
    "a tenant's rights were taken": "REVOKE INSERT ON %s FROM app",
  };
  const changes = tables.flatMap(({ name }) =>
    Object.entries(others).map(([what, change]) => ({ name, what, change })),
  );

  test.each(changes)("that of $name $what", async ({ name, change }) => {
    const { behaviour, structure } = await provenWrong(name, change.replace("%s", `public.${name}`));
    expect(behaviour).not.toEqual([]);
    expect(structure).not.toEqual([]);
  });

  // A right on columns becomes one on more of them, or on all.
  const widened = [
    ...tables.map(({ name }) => ({ name, right: "UPDATE (tenant_id)" })),
    ...tables.filter(({ grants }) => !grants.includes("system:SELECT")).map(({ name }) => ({ name, right: "SELECT" })),
    { name: "tenants", right: "SELECT (plan)" },
    { name: "members", right: "SELECT (created_at)" },
    { name: "runs", right: "SELECT (question_id)" },
  ];
  test.each(widened)("[T3 control] that system was given $right on $name", async ({ name, right }) => {
    const { structure } = await provenWrong(name, `GRANT ${right} ON public.${name} TO system`, false);
    expect(structure).toEqual([`${name}: grants what the list allows`]);
  });

  const refused = tables.flatMap(({ name }) =>
    (["UPDATE", "DELETE"] as const)
      .filter((command) => !allowedToApp(name).includes(command))
      .map((command) => ({ name, command })),
  );

  test("of the tables of which rows stay", () => {
    expect(refused.map(({ name, command }) => `${name} ${command}`).sort()).toEqual([
      "assistant_settings DELETE",
      "assistant_settings UPDATE",
      "audit_heads DELETE",
      "audit_log DELETE",
      "audit_log UPDATE",
      "budget_alerts DELETE",
      "spending DELETE",
      "spending UPDATE",
      "spending_months DELETE",
    ]);
  });

  test.each(refused)("that a tenant may $command rows of $name, which stay", async ({ name, command }) => {
    // The right alone shows in what is granted; policies without it would let nothing through.
    const { behaviour, structure } = await provenWrong(name, `GRANT ${command} ON public.${name} TO app`);
    expect(behaviour).not.toEqual([]);
    expect(structure).not.toEqual([]);
  });

  // Of a table of partitions by tenant the server itself takes no such key.
  const plain = tables.filter(({ kind }) => kind === "r");
  test.each(plain)("that a key of $name left the tenant out", async ({ name }) => {
    const { structure } = await provenWrong(
      name,
      `CREATE UNIQUE INDEX ON public.${name} ((1)) WHERE tenant_id IS NULL`,
      false,
    );
    expect(structure).toContain(`${name}: every key is within the tenant`);
  });

  test.each(tables)("that $name points to another tenant's rows", async ({ name }) => {
    const { structure } = await provenWrong(
      name,
      `ALTER TABLE public.${name} ADD COLUMN other text REFERENCES public.tenants (slug)`,
      false,
    );
    expect(structure).toContain(`${name}: points to rows of the same tenant alone`);
  });
});

describe("the proof of tenancy notices of the whole", () => {
  const ofTheWhole = {
    "ALTER ROLE app BYPASSRLS": "no role of ours is a superuser",
    "ALTER ROLE door SUPERUSER": "no role of ours is a superuser",
    "ALTER ROLE system LOGIN": "all five roles are there",
    "GRANT owner TO door WITH INHERIT FALSE": "nobody but door belongs to a role",
    "GRANT system TO app": "nobody but door belongs to a role",
    "GRANT app TO door WITH INHERIT TRUE": "nobody but door belongs to a role",
    "CREATE FUNCTION app.all() RETURNS bigint SECURITY DEFINER RETURN (SELECT count(*) FROM public.messages)":
      "no function runs with its owner's rights but those that the list allows",
    "GRANT EXECUTE ON FUNCTION app.make_vector_index(text, integer) TO system":
      "what runs with its owner's rights is for tenants' transactions alone",
    "GRANT EXECUTE ON FUNCTION app.make_vector_index(text, integer) TO PUBLIC":
      "what runs with its owner's rights is for tenants' transactions alone",
    "CREATE FUNCTION app.later() RETURNS text LANGUAGE sql AS 'select slug from tenants'": "every function is bound",
    "CREATE FUNCTION app.tell() RETURNS void LANGUAGE sql SET search_path = '' AS 'select pg_notify(''a'', ''b'')'":
      "no function tells anything",
    "CREATE MATERIALIZED VIEW public.everything AS SELECT * FROM public.messages": "no view stands",
    "CREATE VIEW public.everything AS SELECT * FROM public.messages": "no view stands",
    "CREATE SCHEMA r; CREATE VIEW r.everything AS SELECT * FROM public.messages": "no view stands",
    "CREATE SCHEMA r; CREATE FUNCTION r.later() RETURNS text LANGUAGE sql AS 'select slug from tenants'":
      "every function is bound",
    "CREATE SCHEMA r; CREATE TABLE r.copies AS SELECT text FROM public.messages": "no schema is there but those",
    "CREATE TABLE auth.note (tenant_id uuid)": "no table of another schema",
    "GRANT USAGE ON SCHEMA auth TO PUBLIC": "the public can use none",
    "GRANT USAGE ON SCHEMA auth TO app": "accounts and tenants' data",
    "GRANT CREATE ON SCHEMA public TO app": "nobody but the owner makes anything",
  };
  const wholes = Object.entries(ofTheWhole).map(([change, proof]) => ({ change, proof, attack: caseOf(proof) }));
  test.each(wholes)("[$attack control] $change", async ({ change, proof }) => {
    await admin.query("BEGIN");
    try {
      await admin.query(change);
      const failing = (await proveRoles(admin)).filter(({ passed }) => !passed).map(({ name }) => name);
      expect(failing).toContainEqual(expect.stringContaining(proof));
    } finally {
      await admin.query("ROLLBACK");
    }
  });

  test("a table that came without any of this", async () => {
    await admin.query("CREATE TABLE public.notes (id uuid PRIMARY KEY, conversation_id uuid)");
    try {
      const failing = (await proveTenancy(admin)).filter(({ passed }) => !passed).map(({ name }) => name);
      expect(failing).toEqual(
        expect.arrayContaining([
          "notes: each row names its tenant",
          "notes: row-level security is on and binds the owner",
          "notes: has a tenant's policy for each command that the list allows",
          "notes: its primary key begins with the tenant",
        ]),
      );
    } finally {
      await admin.query("DROP TABLE public.notes");
    }
  });

  test("a table whose rows the proof does not have", async () => {
    await admin.query(`CREATE TABLE public.notes (tenant_id uuid NOT NULL, id uuid, PRIMARY KEY (tenant_id, id));
      ALTER TABLE public.notes OWNER TO owner; SET ROLE owner; CALL app.isolate('public.notes'); RESET ROLE`);
    try {
      const failing = (await proveTenancy(admin)).filter(({ passed }) => !passed).map(({ name }) => name);
      expect(failing).toContain("notes: the proof has rows of it");
    } finally {
      await admin.query("DROP TABLE public.notes");
    }
  });
});

import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
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

describe("tenancy", () => {
  test.each(proofs)("$name", ({ passed }) => {
    expect(passed).toBe(true);
  });
});

describe("the proof of tenancy notices", () => {
  /** What fails in the proof of a table after the change. */
  async function provenWrong(table: string, change: string) {
    await beginWithTwoTenants(admin);
    try {
      await admin.query(change);
      const now = (await readCatalogue(admin)).find(({ name }) => name === table);
      if (!now) throw new Error(`${table} is gone`);
      const wrong = (all: { name: string; passed: boolean }[]) =>
        all.filter(({ passed }) => !passed).map(({ name }) => name);
      return { behaviour: wrong(await proveIsolation(admin, table)), structure: wrong(proveStructure(now)) };
    } finally {
      await admin.query("ROLLBACK");
    }
  }

  const policies = tables.flatMap(({ policies }) => policies).filter(({ name }) => name.startsWith("tenant_"));

  test("a policy for each command on each table", () => {
    expect(tables.length).toBeGreaterThan(0);
    expect(policies).toHaveLength(tables.flatMap(({ name }) => allowedToApp(name)).length);
  });

  test.each(policies)("that $name of $table is gone", async ({ table, name }) => {
    const { behaviour, structure } = await provenWrong(table, `DROP POLICY ${name} ON public.${table}`);
    expect(behaviour).not.toEqual([]);
    expect(structure).not.toEqual([]);
  });

  test.each(policies)("that $name of $table lets another tenant in", async ({ table, name, using, check }) => {
    const parts = [
      using && { what: "USING", change: "USING (true)" },
      check && { what: "CHECK", change: "WITH CHECK (true)" },
    ];
    for (const part of parts) {
      if (!part) continue;
      const { behaviour, structure } = await provenWrong(
        table,
        `ALTER POLICY ${name} ON public.${table} ${part.change}`,
      );
      expect(behaviour, part.what).not.toEqual([]);
      expect(structure, part.what).not.toEqual([]);
    }
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

  const refused = tables.flatMap(({ name }) =>
    (["UPDATE", "DELETE"] as const)
      .filter((command) => !allowedToApp(name).includes(command))
      .map((command) => ({ name, command })),
  );

  test("of two tables of which rows stay", () => {
    expect(refused.map(({ name, command }) => `${name} ${command}`).sort()).toEqual([
      "audit_heads DELETE",
      "audit_log DELETE",
      "audit_log UPDATE",
    ]);
  });

  test.each(refused)("that a tenant may $command rows of $name, which stay", async ({ name, command }) => {
    // The right alone shows in what is granted; policies without it would let nothing through.
    const { behaviour, structure } = await provenWrong(name, `GRANT ${command} ON public.${name} TO app`);
    expect(behaviour).not.toEqual([]);
    expect(structure).not.toEqual([]);
  });

  test.each(tables)("that a key of $name left the tenant out", async ({ name }) => {
    const { structure } = await provenWrong(
      name,
      `CREATE UNIQUE INDEX ON public.${name} ((1)) WHERE tenant_id IS NULL`,
    );
    expect(structure).toContain(`${name}: every key is within the tenant`);
  });

  test.each(tables)("that $name points to another tenant's rows", async ({ name }) => {
    const { structure } = await provenWrong(
      name,
      `ALTER TABLE public.${name} ADD COLUMN other text REFERENCES public.tenants (slug)`,
    );
    expect(structure).toContain(`${name}: points to rows of the same tenant alone`);
  });

  const ofTheWhole = {
    "ALTER ROLE app BYPASSRLS": "no role of ours is a superuser",
    "ALTER ROLE door SUPERUSER": "no role of ours is a superuser",
    "ALTER ROLE system LOGIN": "all five roles are there",
    "GRANT owner TO door WITH INHERIT FALSE": "nobody but door belongs to a role",
    "GRANT system TO app": "nobody but door belongs to a role",
    "GRANT app TO door WITH INHERIT TRUE": "nobody but door belongs to a role",
    "CREATE FUNCTION app.all() RETURNS bigint SECURITY DEFINER RETURN (SELECT count(*) FROM public.messages)":
      "no function runs with its owner's rights",
    "CREATE VIEW public.everything AS SELECT * FROM public.messages": "no view stands",
    "CREATE TABLE auth.note (tenant_id uuid)": "no table of another schema",
    "GRANT USAGE ON SCHEMA auth TO PUBLIC": "the public can use none",
    "GRANT USAGE ON SCHEMA auth TO app": "accounts and tenants' data",
    "GRANT CREATE ON SCHEMA public TO app": "nobody but the owner makes anything",
  };
  test.each(Object.entries(ofTheWhole))("%s", async (change, proof) => {
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

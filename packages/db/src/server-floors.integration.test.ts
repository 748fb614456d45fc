import { readFile } from "node:fs/promises";
import { afterAll, expect, test } from "vitest";
import { migrateServer } from "./migrate-server.ts";
import { ServerTooOld, serverFloors } from "./server-floors.ts";
import { createTestDatabase, withClient } from "./testing/databases.ts";

const database = await createTestDatabase({ migrated: false });
afterAll(() => database.drop());

const { user, password, host, port, database: name } = database.ownerConnection;
const url = `postgres://${user}:${password}@${host}:${port}/${name}`;

/** From now on the server says in this database that it is another release: its own function is found after this one. */
const pretend = (number: number) =>
  withClient(database.adminConnection, async (admin) => {
    await admin.query(`
      create or replace function public.current_setting(name text) returns text language sql
        return case name when 'server_version_num' then '${number}' else 'of the test' end;
      alter database ${name} set search_path = public, pg_catalog`);
  });

test.each([150_017, 160_009, 170_005])(
  "a server of release %i is refused with what to do, and nothing is migrated",
  async (old) => {
    await pretend(old);
    const migrating = migrateServer(url, { direction: "up" });
    await expect(migrating).rejects.toThrow("Update the server to 16.10, 17.6, 18.0 or newer");
    await expect(migrating).rejects.toBeInstanceOf(ServerTooOld);
  },
);

test("a server at a floor, or of a newer line, is migrated", async () => {
  for (const [index, number] of [160_010, 170_006, 180_000, 190_001].entries()) {
    await pretend(number);
    expect((await migrateServer(url, { direction: "up" })).length > 0).toBe(index === 0);
  }
});

test("the floors are those of the list that is looked up before a release, and of the page that operators read", async () => {
  const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");
  expect(JSON.parse(await read("scripts/checks/version-floors.json")).servers).toEqual({ postgresql: serverFloors });
  const words = "PostgreSQL 18, 17.6 or 16.10, or newer";
  for (const page of ["docs/deployment.md", "docs/configuration.md"]) expect(await read(page)).toContain(words);
});

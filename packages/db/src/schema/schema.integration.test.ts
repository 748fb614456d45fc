import { toSnakeCase } from "drizzle-orm/casing";
import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";
import { createTestDatabase, withClient } from "../testing/databases.ts";
import * as schema from "./index.ts";

type Column = { table: string; column: string; type: string; notNull: boolean; hasDefault: boolean };

const byName = (one: Column, two: Column) => `${one.table}.${one.column}`.localeCompare(`${two.table}.${two.column}`);

test("the tables that queries are written with are the tables that migrations make", async () => {
  const declared = Object.values(schema).flatMap((table: PgTable) => {
    const { name, columns } = getTableConfig(table);
    return columns.map((column): Column => {
      const identity = column.generatedIdentity !== undefined;
      return {
        table: name,
        column: toSnakeCase(column.name),
        type: column.getSQLType(),
        notNull: column.notNull,
        hasDefault: identity || column.default !== undefined,
      };
    });
  });

  const database = await createTestDatabase();
  await using _ = { [Symbol.asyncDispose]: database.drop };
  const found = await withClient(database.ownerConnection, (owner) =>
    owner.query<Column>(`
      select relname as table, attname as column, format_type(atttypid, atttypmod) as type, attnotnull as "notNull",
        atthasdef or attidentity <> '' as "hasDefault"
      from pg_attribute join pg_class c on c.oid = attrelid
      where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped`),
  );

  expect(declared.length).toBeGreaterThan(0);
  expect(declared.sort(byName)).toEqual(found.rows.sort(byName));
});

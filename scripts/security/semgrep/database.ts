// What the rules of database.yaml must find, and what they must leave alone: `semgrep --test`. Nothing runs this.
// ruleid: raw-driver-outside-db
import pg from "pg";
// ruleid: raw-driver-outside-db
import { drizzle } from "drizzle-orm/node-postgres";
// ok: raw-driver-outside-db
import { sql } from "drizzle-orm";
// ok: raw-driver-outside-db
import { openDatabase } from "@parley/db";

async function rawSql(read: Reader, order: string, name: string) {
  // ruleid: sql-raw
  await read.execute(sql`select 1 order by ${sql.raw(order)}`);
  // ruleid: sql-raw
  await read.unsafe(order);
  // ruleid: sql-raw
  await read.execute(sql`select '[1]'::${sql.raw(`halfvec(${order})`)}`);
  // ok: sql-raw
  await read.execute(sql`select '[1]'::${sql.raw(`halfvec(${Math.trunc(1.5)})`)}`);
  // ok: sql-raw
  await read.execute(sql`select 1 ${sql.raw("for update")}`);
  // ok: sql-raw
  await read.execute(sql`select * from contacts where name = ${name} order by ${sql.identifier(order)}`);
}

async function builtSql(client: pg.Client, id: string) {
  // ruleid: sql-built-from-strings
  await client.query(`select * from messages where id = '${id}'`);
  // ruleid: sql-built-from-strings
  await client.query("select * from messages where id = " + id);
  // ruleid: sql-built-from-strings
  await client.query({ text: `select * from messages where id = '${id}'`, rowMode: "array" });
  // ruleid: sql-built-from-strings
  await client.query(`set lock_timeout = ${id}`);
  // ok: sql-built-from-strings
  await client.query(`set lock_timeout = ${Math.floor(1.5)}`);
  // ok: sql-built-from-strings
  await client.query("select * from messages where id = $1", [id]);
  // ok: sql-built-from-strings
  await client.execute(sql`select * from messages where id = ${id}`);
}

async function settings(client: pg.Client, tenantId: string) {
  // ruleid: session-wide-setting
  await client.query("select set_config('app.tenant_id', $1, false)", [tenantId]);
  // ruleid: session-wide-setting
  await client.query("SET ROLE app");
  // ok: session-wide-setting
  await client.query("select set_config('app.tenant_id', $1, true)", [tenantId]);
}

// ruleid: tenant-from-input
const careless = memberProcedure.input(z.strictObject({ tenantId: TenantId, name: Name })).mutation(rename);
// ok: tenant-from-input
const careful = memberProcedure
  .input(z.strictObject({ name: Name }))
  .mutation(({ ctx }) => rename(ctx.caller.tenantId));

async function handler(request: FastifyRequest) {
  // ruleid: tenant-from-input
  await list(db, request.body.tenantId);
  // ruleid: tenant-from-input
  await list(db, request.query.tenantId);
  // ok: tenant-from-input
  await list(db, request.keyCaller.tenantId);
}

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type PGlite, protocol } from "@electric-sql/pglite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openPglite } from "./pglite.ts";
import { keepUp } from "./upkeep.ts";

let folder: string;
let db: PGlite;
const broken: unknown[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "parley-test-"));
  db = await openPglite(folder);
  await db.exec(`create role door login; create table outbox (id int, note text); grant all on outbox to door;
    alter table outbox alter note set storage plain; set session authorization door`);
  keepUp(db, "door", 0, (error) => broken.push(error));
}, 60_000);
afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

/** As the socket server sends a client's statement, and what the client reads. */
async function send(text: string): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  const parser = new protocol.Parser();
  await db.execProtocolRawStream(protocol.serialize.query(text), {
    onRawData: (data) =>
      parser.parse(data, (message) => {
        if (message instanceof protocol.messages.DataRowMessage) rows.push(message.fields);
        if (message.name === "error") throw message;
      }),
  });
  return rows;
}

test("the log does not grow for as long as the process runs, nor does a table whose rows come and go", async () => {
  const fill = "insert into outbox select g, repeat('x', 2000) from generate_series(1, 8000) g; delete from outbox";
  for (let round = 1; round <= 8; round += 1) await send(fill);

  const segments = (await readdir(path.join(folder, "pg_wal"))).filter((name) => /^[0-9A-F]{24}$/.test(name));
  expect(segments.length).toBeLessThanOrEqual(6); // of 16 MB each; 150 MB were written
  expect(await send("select pg_relation_size('outbox') <= 2 * 8000 * 2048")).toEqual([["t"]]);
  expect(broken).toEqual([]);
}, 60_000);

test("the client's session stays its own, and its transaction is not disturbed", async () => {
  const who = "select session_user || ' ' || current_user";
  expect(await send(who)).toEqual([["door door"]]);
  await send("begin");
  await send("insert into outbox values (1, 'kept')");
  await send("set local role door");
  await send("commit");
  expect(await send(`${who}; select note from outbox`)).toEqual([["door door"], ["kept"]]);
  await expect(send("create table mine (n int)")).rejects.toMatchObject({ code: "42501" });
}, 60_000);

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type PGlite, protocol } from "@electric-sql/pglite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPglite } from "./pglite.ts";
import { keepUp } from "./upkeep.ts";

let folder: string;
let db: PGlite;
const broken: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "parley-test-"));
  db = await openPglite(folder);
  await db.exec(`create role door login; create role guest; grant guest to door; create table outbox (id int, note text); grant all on outbox to door;
    alter table outbox alter note set storage plain; set session authorization door`);
  keepUp(db, "door", 0, (error) => broken.push(error));
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

/** As the socket server hands over the client's messages, one by one; what the client reads. */
async function send(...messages: Uint8Array[]): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  const parser = new protocol.Parser();
  let failure: unknown;
  for (const message of messages) {
    await db.execProtocolRawStream(message, {
      onRawData: (data) =>
        parser.parse(data, (answer) => {
          if (answer instanceof protocol.messages.DataRowMessage) rows.push(answer.fields);
          if (answer.name === "error") failure = answer;
        }),
    });
  }
  if (failure) throw failure;
  return rows;
}
const { query, parse, bind, execute, sync } = protocol.serialize;
const ask = (text: string) => send(query(text));

test("the log does not grow for as long as the process runs, nor does a table whose rows come and go", async () => {
  const fill = "insert into outbox select g, repeat('x', 2000) from generate_series(1, 8000) g; delete from outbox";
  for (let round = 1; round <= 8; round += 1) await ask(fill);

  const segments = (await readdir(path.join(folder, "pg_wal"))).filter((name) => /^[0-9A-F]{24}$/.test(name));
  expect(segments.length).toBeLessThanOrEqual(6); // of 16 MB each; 150 MB were written
  expect(await ask("select pg_relation_size('outbox') <= 2 * 8000 * 2048")).toEqual([["t"]]);
  expect(broken).toEqual([]);
});

test("the client's session stays its own, and its transaction is not disturbed", async () => {
  const who = "select session_user || ' ' || current_user";
  expect(await ask(who)).toEqual([["door door"]]);
  await ask("begin");
  await ask("set local role guest");
  expect(await ask(who)).toEqual([["door guest"]]);
  await ask("commit");
  expect(await ask(who)).toEqual([["door door"]]);
  await expect(ask("create table mine (n int)")).rejects.toMatchObject({ code: "42501" });
});

test("two statements before one Sync stay one transaction", async () => {
  const statement = (text: string) => [parse({ text }), bind({}), execute({})];
  const rows = await send(
    ...statement("select set_config('role', 'guest', true)"),
    ...statement("select current_user::text"),
    sync(),
  );
  expect(rows).toEqual([["guest"], ["guest"]]);
  expect(await ask("select current_user::text")).toEqual([["door"]]);
});

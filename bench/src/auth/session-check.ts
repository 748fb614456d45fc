import type { Accounts } from "@parley/auth";
import { type Database, prepare } from "@parley/db";
import { sql } from "drizzle-orm";
import { median, round } from "./load.ts";

const rounds = 7;
const times = 1_000;
const atOnce = 4;

/** Milliseconds that one takes, of `times` of them. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let time = 0; time < times / atOnce; time++) await work();
    }),
  );
  return (performance.now() - began) / times;
}

/** What it takes to know whose session a request has, against reading one row of the same table by its key. */
export async function benchSessionCheck({
  db,
  accounts,
  cookie,
}: {
  db: Database;
  accounts: Accounts;
  cookie: string;
}) {
  const headers = new Headers({ cookie });
  const found = await accounts.findSession(headers);
  if (!found) throw new Error("the session is gone");
  const { id } = found.session;
  const check = () => accounts.findSession(headers);
  const byKey = prepare<{ id: string }, "id">(
    "read",
    sql`select * from auth.session where id = ${sql.placeholder("id")}`,
  );
  const read = () => db.run("auth", byKey, { id });
  const took: { check: number; read: number }[] = [];
  for (const work of [check, read]) await timeOf(work);
  for (let turn = 0; turn < rounds; turn++) {
    if (turn % 2) took.push({ check: await timeOf(check), read: await timeOf(read) });
    else took.push({ read: await timeOf(read), check: await timeOf(check) });
  }
  return {
    toReach: { sessionCheckTimesRead: 2 },
    sessionCheckTimesRead: round(median(took.map((time) => time.check / time.read))),
    sessionCheckMs: round(median(took.map(({ check }) => check)), 3),
    readMs: round(median(took.map(({ read }) => read)), 3),
  };
}

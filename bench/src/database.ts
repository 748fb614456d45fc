import { cpus, totalmem } from "node:os";
import type { ConversationId, MemberId, TenantId } from "@parley/contracts";
import { countConversations, listConversations } from "@parley/core/conversations/list-conversations";
import { listMessages } from "@parley/core/conversations/list-messages";
import { openDatabase } from "@parley/db";
import { messages } from "@parley/db/schema";
import { createTestDatabase, withClient } from "@parley/db/testing";
import { and, asc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { percentile } from "./percentile.ts";

// `pnpm bench:database`: what row-level security costs, and how long the common questions take in a full installation. The database is
// made for it, by SQL, and dropped afterwards.

const sizes = { tenants: 1_000, conversationsOfEach: 20, messagesOfEach: 50 };
const pageSize = 50;
const rounds = 61;
const callsPerRound = 100;
const concurrency = 4;

const say = (line: string) => process.stderr.write(`${line}\n`);
const round = (value: number, digits = 2) => Number(value.toFixed(digits));
const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

const fill = `
  SET session_replication_role = replica;
  INSERT INTO tenants (tenant_id, slug, name)
    SELECT gen_random_uuid(), 'tenant-' || n, 'Tenant ' || n FROM generate_series(1, ${sizes.tenants}) n;
  INSERT INTO members (tenant_id, user_id, name, role) SELECT tenant_id, 'user-' || slug, 'Ada', 'owner' FROM tenants;
  INSERT INTO inboxes (tenant_id, name, assistant_name, greeting, publishable_key)
    SELECT tenant_id, 'Shop', 'Parley', 'Hello', 'key-' || slug FROM tenants;
  INSERT INTO contacts (tenant_id, inbox_id, name)
    SELECT tenant_id, id, 'Contact ' || n FROM inboxes, generate_series(1, ${sizes.conversationsOfEach}) n;
  INSERT INTO conversations (tenant_id, id, inbox_id, contact_id, status, last_seq, last_message_at)
    SELECT tenant_id, gen_random_uuid(), inbox_id, id,
      (ARRAY['pending', 'open', 'resolved'])[1 + floor(random() * 3)], ${sizes.messagesOfEach}, now() - random() * interval '90 days'
    FROM contacts;
  INSERT INTO messages (tenant_id, id, conversation_id, seq, author, text, outcome, created_at)
    SELECT tenant_id, gen_random_uuid(), id, n, CASE WHEN n % 2 = 0 THEN 'assistant' ELSE 'contact' END,
      repeat('How do I do this, and where is it told? ', 1 + n % 5), CASE WHEN n % 2 = 0 THEN 'answered' END, now()
    FROM conversations, generate_series(1, ${sizes.messagesOfEach}) n;
  RESET session_replication_role;`;

/** Calls so many times, several at once; what each took, in milliseconds, and all of them. */
async function measure(call: () => Promise<unknown>, calls: number): Promise<{ each: number[]; allMs: number }> {
  const each: number[] = [];
  const began = performance.now();
  let left = calls;
  const caller = async () => {
    while (left-- > 0) {
      const started = performance.now();
      await call();
      each.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  return { each, allMs: performance.now() - began };
}

const database = await createTestDatabase();
const db = openDatabase({ connection: database.connection, max: concurrency });
const pool = new pg.Pool({ ...database.adminConnection, max: concurrency });
try {
  const began = performance.now();
  const everything = await withClient(database.adminConnection, async (admin) => {
    await admin.query(fill);
    await admin.query("VACUUM (ANALYZE)");
    const of = await admin.query<{ tenantId: TenantId; memberId: MemberId; conversationId: ConversationId }>(`
      SELECT c.tenant_id AS "tenantId", m.id AS "memberId", c.id AS "conversationId"
      FROM conversations c JOIN members m USING (tenant_id)`);
    const { rows } = await admin.query("SELECT count(*)::int AS messages FROM messages");
    const { rows: versions } = await admin.query("SHOW server_version");
    return { conversations: of.rows, messages: Number(rows[0].messages), version: String(versions[0].server_version) };
  });
  say(
    `${everything.messages} messages of ${sizes.tenants} tenants, ${round((performance.now() - began) / 1_000, 1)} s`,
  );

  // The common read: one page of a conversation. Beside it the same columns, rows, order and driver, asked by a role that row-level
  // security does not bind, with the tenant in the statement.
  const { conversations } = everything;
  const byDoor = () => {
    const { tenantId, conversationId } = pick(conversations);
    return db.read(tenantId, (read) =>
      read
        .select()
        .from(messages)
        .where(eq(messages.conversationId, conversationId))
        .orderBy(asc(messages.seq))
        .limit(pageSize),
    );
  };
  const plain = drizzle({ client: pool, casing: "snake_case" });
  const withoutSecurity = () => {
    const { tenantId, conversationId } = pick(conversations);
    return plain
      .select()
      .from(messages)
      .where(and(eq(messages.tenantId, tenantId), eq(messages.conversationId, conversationId)))
      .orderBy(asc(messages.seq))
      .limit(pageSize);
  };
  const [one, two] = [await byDoor(), await withoutSecurity()];
  if (one.length !== pageSize || two.length !== pageSize) throw new Error("the two do not ask for the same");
  await measure(byDoor, 1_000);
  await measure(withoutSecurity, 1_000);

  // Pairs, now the one first and now the other, so that whatever else the machine does hits both.
  const ratios: number[] = [];
  const perSecond = { withRowLevelSecurity: [] as number[], without: [] as number[] };
  for (let index = 0; index < rounds; index += 1) {
    const order = index % 2 === 0 ? [byDoor, withoutSecurity] : [withoutSecurity, byDoor];
    const took = new Map<unknown, number>();
    for (const call of order) took.set(call, (await measure(call, callsPerRound)).allMs);
    const [secured, open] = [took.get(byDoor) ?? Number.NaN, took.get(withoutSecurity) ?? Number.NaN];
    ratios.push(open / secured);
    perSecond.withRowLevelSecurity.push((1_000 * callsPerRound) / secured);
    perSecond.without.push((1_000 * callsPerRound) / open);
  }
  say(`${rounds} pairs of ${callsPerRound} reads`);

  const common: Record<string, () => Promise<unknown>> = {
    "a conversation and a page of its messages": () => {
      const { tenantId, conversationId } = pick(conversations);
      return listMessages(db, tenantId, { conversationId, after: 0 });
    },
    "the inbox, newest first": () => {
      const { tenantId, memberId } = pick(conversations);
      return listConversations(db, tenantId, { view: "all", memberId });
    },
    "the inbox's counts": () => {
      const { tenantId, memberId } = pick(conversations);
      return countConversations(db, tenantId, memberId);
    },
  };
  const took: Record<string, { p50Ms: number; p95Ms: number }> = {};
  for (const [what, call] of Object.entries(common)) {
    await measure(call, 200);
    const { each } = await measure(call, 2_000);
    took[what] = { p50Ms: round(percentile(each, 0.5)), p95Ms: round(percentile(each, 0.95)) };
  }

  const median = (values: number[]) => percentile(values, 0.5);
  const result = {
    machine: {
      processor: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 1024 ** 3),
      node: process.version,
      postgres: everything.version,
      date: new Date().toISOString().slice(0, 10),
    },
    data: { tenants: sizes.tenants, conversations: conversations.length, messages: everything.messages },
    commonRead: {
      ratio: round(median(ratios)),
      ratios: ratios.map((ratio) => round(ratio)).sort((a, b) => a - b),
      perSecond: {
        withRowLevelSecurity: Math.round(median(perSecond.withRowLevelSecurity)),
        without: Math.round(median(perSecond.without)),
      },
    },
    commonQueries: took,
    concurrency,
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  await pool.end();
  await db.close();
  await database.drop();
}

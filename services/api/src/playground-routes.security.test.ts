import type { Role } from "@parley/contracts";
import type { PlaygroundPart } from "@parley/core/assistant/playground/ask-playground";
import { createWordEmbedder } from "@parley/core/testing/library";
import { teach } from "@parley/core/testing/teach";
import { members } from "@parley/db/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApi, dashboard } from "./testing/test-api.ts";

const embedder = createWordEmbedder();
let world: Awaited<ReturnType<typeof createTestApi>>;
beforeAll(async () => {
  world = await createTestApi({ embedder });
});
afterAll(() => world.close());

const question = "How do I add documents?";
const ask = (owner: { cookie?: string }, body: object = { question }, headers = {}) =>
  world.api.inject({
    method: "POST",
    url: "/api/playground/ask",
    headers: { origin: dashboard, ...world.csrfOf(owner.cookie), ...headers },
    payload: body,
  });
const linesOf = (text: string) =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test("the words of an answer come before it, a part a line, and are those of the answer", async () => {
  const owner = await world.signedIn();
  await teach({ db: world.world.db, embedder }, owner.tenantId, {
    "documents.md": "# Documents\n\nAdd documents by dropping them into the documents folder.\n",
  });
  const told = await ask(owner);
  expect([told.statusCode, told.headers["content-type"]]).toEqual([200, "application/jsonl; charset=utf-8"]);
  const parts: PlaygroundPart[] = linesOf(told.body);
  const answer = parts.at(-1)?.answer;
  expect(answer).toMatchObject({ outcome: "answered", receipt: { answerer: "built-in" } });
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.map(({ words = "" }) => words).join("")).toBe(answer?.text);
});

test("whoever may not manage models asks nothing; nor does anybody without signing in", async () => {
  const owner = await world.signedIn();
  const as = (role: Role) => world.world.db.transaction(owner.tenantId, (tx) => tx.update(members).set({ role }));
  for (const role of ["member", "viewer"] as const) {
    await as(role);
    const refused = await ask(owner);
    expect([refused.statusCode, refused.json().error.code]).toEqual([403, "auth.forbidden"]);
  }
  const nobody = await ask({});
  expect([nobody.statusCode, nobody.json().error.code]).toEqual([401, "auth.required"]);
});

test("[T1] in another tenant it answers as in one that does not exist", async () => {
  const [owner, other] = [await world.signedIn(), await world.signedIn()];
  const foreign = await ask(owner, { question }, { "parley-tenant": other.tenantId });
  const missing = await ask(owner, { question }, { "parley-tenant": crypto.randomUUID() });
  const withoutId = (body: string) => body.replace(/"requestId":"[^"]+"/, "");
  expect([foreign.statusCode, withoutId(foreign.body)]).toEqual([missing.statusCode, withoutId(missing.body)]);
  expect(foreign.statusCode).toBe(404);
});

test("a question that is none is refused before anything is told", async () => {
  const owner = await world.signedIn();
  for (const body of [
    {},
    { question: " " },
    { question: "x".repeat(4_001) },
    { question, held: "yes" },
    { question, tenantId: owner.tenantId },
  ]) {
    const refused = await ask(owner, body);
    expect([refused.statusCode, refused.json().error.code]).toEqual([400, "input.invalid"]);
  }
});

test("what fails once it has begun is told on the last line, by its code alone", async () => {
  const owner = await world.signedIn();
  await teach({ db: world.world.db, embedder: createWordEmbedder() }, owner.tenantId, { "a.md": "# A\n\nWords.\n" });
  embedder.before = () => {
    throw new Error("secret words");
  };
  const told = await ask(owner);
  embedder.before = () => {};
  expect(told.statusCode).toBe(200);
  expect(linesOf(told.body)).toEqual([
    { error: { code: "internal", message: expect.any(String), requestId: expect.any(String) } },
  ]);
  expect(told.body).not.toContain("secret words");
  expect(world.logged.find(({ msg }) => msg === "playground failed")).toMatchObject({ level: "error" });
});

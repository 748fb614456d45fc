import type { VersionStatus } from "@parley/core/knowledge/find-version-status";
import { startFakeProvider } from "@parley/core/testing/fake-provider";
import { afterAll, expect, test, vi } from "vitest";
import { createInstallation, createStartedInstallation } from "./testing/installation.ts";
import { createVisitor } from "./testing/visitor.ts";

// What a kill -9 of the whole process may cost: nothing that was acknowledged.

// Whole processes start here, several times, on machines that do other things as well.
vi.setConfig({ testTimeout: 180_000 });
const patience = { timeout: 60_000, interval: 100 };

const started = await createStartedInstallation();
afterAll(() => started[Symbol.asyncDispose]());

test("killed in mid-answer and started again, every message is there once and the question is answered once", async () => {
  await using provider = await startFakeProvider();
  await using installation = await createInstallation(
    { OPENAI_BASE_URL: provider.url, ANSWER_QUALITY: "best" },
    { copyOf: started.folder },
  );
  const first = await installation.start();
  const visitor = await createVisitor({ ...installation, publishableKey: await installation.publishableKey() });
  const socket = await visitor.follow();
  provider.enqueue({
    text: "It begins well [1]. And then it goes on and on and on and on and on.",
    tokensPerSecond: 5,
  });
  const question = await visitor.say("How do I add my own documents?");
  await vi.waitUntil(() => socket.draft()?.text, patience);
  await first.end("SIGKILL");

  await installation.start();
  await vi.waitFor(async () => {
    const { messages } = await visitor.page();
    expect(messages.map(({ author, outcome }) => [author, outcome])).toEqual([
      ["contact", null],
      ["assistant", "answered"],
    ]);
    expect(messages[0]).toMatchObject({ id: question.id, seq: 1 });
  }, patience);
  // Sent again, as a client does that never heard of the acknowledgement.
  expect(await visitor.say("How do I add my own documents?", question.id)).toMatchObject({ seq: 1 });
  expect((await visitor.page()).messages).toHaveLength(2);
  const again = await visitor.follow();
  await vi.waitUntil(() => again.messages.length === 2, patience);
});

test("killed in mid-ingest and started again, every document that was acknowledged is read, and is read once", async () => {
  await using installation = await createInstallation({}, { copyOf: started.folder });
  const first = await installation.start();
  const { adminToken } = await installation.secrets();
  const url = `${installation.apiUrl}/admin/v1/tenants/demo`;
  const headers = { authorization: `Bearer ${adminToken}`, "content-type": "application/octet-stream" };
  const post = async (n: number) => {
    const body = `# Page ${n}\n\n${`The zanzibar procedure of page ${n} has a step. `.repeat(60)}`;
    const answer = await fetch(`${url}/documents?source=Handbook&path=${n}.md`, { method: "POST", headers, body });
    return (await answer.json()) as { versionId: string; outcome: string };
  };
  const statusOf = async (versionId: string) =>
    (await (await fetch(`${url}/document-versions/${versionId}`, { headers })).json()) as VersionStatus;

  const acknowledged = await Promise.all(Array.from({ length: 40 }, (_, n) => post(n)));
  // They were posted side by side: which of them is read first is anybody's guess.
  const countReady = async () => {
    const statuses = await Promise.all(acknowledged.map(({ versionId }) => statusOf(versionId)));
    return statuses.filter(({ status }) => status === "ready").length;
  };
  const ready = await vi.waitUntil(countReady, patience);
  expect(ready).toBeLessThan(acknowledged.length);
  await first.end("SIGKILL");

  await installation.start();
  for (const { versionId } of acknowledged) {
    await vi.waitFor(async () => expect(await statusOf(versionId)).toMatchObject({ status: "ready" }), patience);
  }
  const chunks = new Set(
    await Promise.all(acknowledged.map(async ({ versionId }) => (await statusOf(versionId)).chunks)),
  );
  expect(chunks.size).toBe(1);
  expect(await Promise.all(acknowledged.map((_, n) => post(n)))).toEqual(
    acknowledged.map((known) => ({ ...known, outcome: "unchanged" })),
  );
});

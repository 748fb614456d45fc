import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { startFakeProvider } from "@parley/core/testing/fake-provider";
import { expect, test, vi } from "vitest";
import { createInstallation } from "./testing/installation.ts";
import { createVisitor } from "./testing/visitor.ts";

// What a kill -9 of the whole process may cost: nothing that was acknowledged.

const patience = { timeout: 60_000, interval: 100 };

test("killed in mid-answer and started again, every message is there once and the question is answered once", async () => {
  await using provider = await startFakeProvider();
  await using installation = await createInstallation({ OPENAI_BASE_URL: provider.url });
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

test("killed in mid-ingest and started again, what was acknowledged is read, and is read once", async () => {
  await using installation = await createInstallation();
  const first = await installation.start();
  const folder = path.join(installation.folder, "..", "handbook");
  await mkdir(folder);
  const names = Array.from({ length: 40 }, (_, i) => `page-${String(i).padStart(2, "0")}.md`);
  for (const name of names) {
    await writeFile(
      path.join(folder, name),
      `# ${name}\n\n${`The zanzibar procedure of ${name} has a step. `.repeat(40)}`,
    );
  }
  const ingest = installation.parley("ingest", "--tenant", "demo", folder);
  const added = () => Number(/(\d+) of \d+ given/.exec(ingest.output().split("\n").at(-2) ?? "")?.[1] ?? 0);
  await vi.waitUntil(() => added() >= 20 || ingest.output().includes("given"), patience);
  await first.end("SIGKILL");
  expect(await ingest.exited).not.toBe(0);

  await installation.start();
  const rest = installation.parley("ingest", "--tenant", "demo", folder);
  expect(await rest.exited).toBe(0);
  const [, read, unchanged] = /read (\d+) .* unchanged (\d+)/.exec(rest.output()) ?? [];
  expect(Number(read) + Number(unchanged)).toBe(40);
  const once = installation.parley("ingest", "--tenant", "demo", folder);
  expect(await once.exited).toBe(0);
  expect(once.output()).toContain("read 0 (0 passages) · unchanged 40");
});

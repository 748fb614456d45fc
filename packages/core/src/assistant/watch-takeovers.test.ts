import { randomUUID } from "node:crypto";
import { ContactId, type Conversation, ConversationId, TenantId } from "@parley/contracts";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createLogger } from "@parley/platform/log";
import { expect, test } from "vitest";
import { watchTakeovers } from "./watch-takeovers.ts";

const tenantId = TenantId.parse(randomUUID());

const conversation = (ownershipEpoch: number): Conversation => ({
  id: ConversationId.parse(randomUUID()),
  contactId: ContactId.parse(randomUUID()),
  status: "open",
  ownershipEpoch,
  assignee: null,
  lastSeq: 1,
  createdAt: new Date().toISOString(),
});

test("[T13] an answer is told of a newer owner of its own conversation, and of nothing else", async () => {
  const eventLog = createInProcessEventLog({ logger: createLogger({ level: "silent", format: "json" }) });
  const takeovers = await watchTakeovers(eventLog);
  const ours = conversation(2);
  const changed = (changed: Conversation, of = tenantId) =>
    eventLog.publish([
      { id: randomUUID(), tenantId: of, event: { type: "conversation.changed", conversation: changed } },
    ]);

  const first = takeovers.watch({ tenantId, conversationId: ours.id, ownershipEpoch: 2 });
  const second = takeovers.watch({ tenantId, conversationId: ours.id, ownershipEpoch: 3 });
  const done = takeovers.watch({ tenantId, conversationId: ours.id, ownershipEpoch: 2 });
  done[Symbol.dispose]();

  await changed(ours);
  await changed(conversation(9));
  // Clients choose the ids of conversations: another tenant's may have the same.
  await changed({ ...ours, ownershipEpoch: 9 }, TenantId.parse(randomUUID()));
  await changed({ ...ours, ownershipEpoch: 3 });
  await expect.poll(() => first.signal.aborted).toBe(true);
  expect([second.signal.aborted, done.signal.aborted]).toEqual([false, false]);

  await changed({ ...ours, ownershipEpoch: 4 });
  await expect.poll(() => second.signal.aborted).toBe(true);
  await takeovers.stop();
  await eventLog.close();
});

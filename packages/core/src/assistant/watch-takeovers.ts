import type { ConversationId, TenantId } from "@parley/contracts";
import type { EventLog, Subscription } from "@parley/platform/event-log/event-log";

/** Tells running answers that their conversation has changed hands, as soon as the event log does. */
export type Takeovers = {
  /** `signal` aborts when the conversation has a newer ownership epoch. */
  watch(answer: {
    tenantId: TenantId;
    conversationId: ConversationId;
    ownershipEpoch: number;
  }): Disposable & { signal: AbortSignal };
  stop(): Promise<void>;
};

/** This makes it quick; what makes it certain is that an older epoch's reply is discarded when it is to be stored. */
export async function watchTakeovers(eventLog: EventLog): Promise<Takeovers> {
  const watched = new Map<string, Set<{ ownershipEpoch: number; controller: AbortController }>>();
  const subscription: Subscription = await eventLog.follow(({ tenantId, event }) => {
    if (event.type !== "conversation.changed" && event.type !== "message.created") return;
    for (const { ownershipEpoch, controller } of watched.get(keyOf(tenantId, event.conversation.id)) ?? []) {
      if (event.conversation.ownershipEpoch > ownershipEpoch) {
        controller.abort(new Error("the conversation changed hands"));
      }
    }
  });
  return {
    watch({ tenantId, conversationId, ownershipEpoch }) {
      const key = keyOf(tenantId, conversationId);
      const answer = { ownershipEpoch, controller: new AbortController() };
      const answers = watched.get(key) ?? new Set();
      watched.set(key, answers.add(answer));
      return {
        signal: answer.controller.signal,
        [Symbol.dispose]() {
          answers.delete(answer);
          if (answers.size === 0 && watched.get(key) === answers) watched.delete(key);
        },
      };
    },
    stop: () => subscription.stop(),
  };
}

/** Clients choose the ids of conversations, so two tenants may have the same. */
const keyOf = (tenantId: TenantId, conversationId: ConversationId) => `${tenantId} ${conversationId}`;

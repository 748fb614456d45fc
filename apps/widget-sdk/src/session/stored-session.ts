import type { ContactId, ConversationId } from "@parley/contracts";

/** What a browser keeps for a visitor who has written something: enough to go on after a reload, or next week. */
export type StoredSession = {
  token: string;
  contactId: ContactId;
  conversationId: ConversationId;
  /** The last `seq` that the visitor has seen. */
  seenSeq: number;
};

export type SessionStorage = {
  read(): StoredSession | undefined;
  write(session: StoredSession): void;
  clear(): void;
};

/** In `localStorage`. Where a page has none (a sandboxed frame, blocked cookies) nothing is kept, and nothing fails. */
export function createSessionStorage(publishableKey: string): SessionStorage {
  const key = `parley:${publishableKey}`;
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch {
      // No storage, a full one, or something in it that isn't ours: the visitor begins anew.
      return undefined;
    }
  };
  return {
    read: () => attempt(() => JSON.parse(localStorage.getItem(key) ?? "null") ?? undefined),
    write: (session) => attempt(() => localStorage.setItem(key, JSON.stringify(session))),
    clear: () => attempt(() => localStorage.removeItem(key)),
  };
}

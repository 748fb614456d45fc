import {
  applyFailed,
  applyFrame,
  applyPage,
  applyPending,
  applySent,
  type ConversationState,
  type createRealtimeClient,
  emptyConversation,
  newestSeq,
  type RealtimeClient,
  type RealtimeStatus,
} from "@parley/client";
import type {
  CitedPassage,
  ContactId,
  Conversation,
  ConversationId,
  Message,
  MessageId,
  Visit,
  Vote,
} from "@parley/contracts";
import { newId } from "./new-id.ts";
import type { SessionStorage } from "./stored-session.ts";
import { ApiError, codeOf, type WidgetApi } from "./widget-api.ts";

/** What the panel shows. Never changed in place. */
export type SessionState = ConversationState & {
  /** Who greets; undefined until the visit has begun. */
  readonly inbox: Visit["inbox"] | undefined;
  /** Why the visit could not begin: an error's code. */
  readonly failure: string | undefined;
  /** Of the socket; undefined while there is nothing to listen to. */
  readonly link: RealtimeStatus | undefined;
  readonly isOnline: boolean;
  /** For how many seconds the server asks to be left alone. */
  readonly wait: number;
  readonly handOff: "asking" | "failed" | undefined;
  /** The last `seq` that the visitor has seen. */
  readonly seenSeq: number;
};

export type SessionOptions = {
  publishableKey: string;
  api: WidgetApi;
  storage: SessionStorage;
  connect: typeof createRealtimeClient;
  onChange(state: SessionState): void;
  /** Tells the page who asks, once that is known, and when it is somebody else. */
  emit(name: "contact", id: ContactId): void;
};

const beginning: SessionState = {
  ...emptyConversation,
  inbox: undefined,
  failure: undefined,
  link: undefined,
  isOnline: true,
  wait: 0,
  handOff: undefined,
  seenSeq: 0,
};

/** How many messages came that the visitor has not seen. */
export function countUnread({ messages, seenSeq }: Pick<SessionState, "messages" | "seenSeq">): number {
  return messages.filter(({ seq, author }) => seq > seenSeq && (author === "assistant" || author === "member")).length;
}

const isUnauthorised = (error: unknown) => ["auth.expired", "auth.required"].includes(codeOf(error));

/** One visitor's side of one conversation. */
export type Session = {
  readonly state: SessionState;
  /** Goes on with the conversation that this browser knows, if it knows one. */
  resume(): void;
  /** Starts the visit, to know who greets; after a failure, again. */
  begin(): void;
  send(text: string): void;
  /** Sends again what could not be sent. */
  retry(id: MessageId): void;
  /** Takes a message away that could not be sent. */
  remove(id: MessageId): void;
  /** Asks for a person, also before the first message. */
  handOff(): void;
  /** Says whether an answer helped; null takes it back. @throws ApiError */
  vote(message: Message, vote: Vote | null): Promise<unknown>;
  /** @throws ApiError */
  getCitedPassage(message: Message, number: number): Promise<CitedPassage>;
  /** The visitor sees what there is. */
  markSeen(): void;
  /** Begins anew, as a stranger: here and in what the browser keeps. */
  forget(): void;
  end(): void;
};

/** Nothing is kept in the browser before the visitor's first message, and nothing is asked of the server before `begin`. */
export function createSession({ publishableKey, api, storage, connect, onChange, emit }: SessionOptions): Session {
  let state: SessionState = { ...beginning, isOnline: navigator.onLine };
  let visit: Visit | undefined;
  let visiting: Promise<Visit> | undefined;
  /** Rises when the visitor is to be somebody else from here on. */
  let identity = 0;
  let conversationId: ConversationId | undefined;
  /** Set once the server has the conversation. */
  let isOpen = false;
  let realtime: RealtimeClient | undefined;
  /** Messages go out one after the other, so that they arrive in the order in which they were written. */
  let sending: Promise<void> = Promise.resolve();
  /** So do votes, of which the last one counts; no message waits for them. */
  let voting: Promise<unknown> = Promise.resolve();
  let hasEnded = false;

  function change(changed: Partial<SessionState>): void {
    state = { ...state, ...changed };
    if (!hasEnded) onChange(state);
  }

  function learn(conversation: Conversation): void {
    change(applyPage(state, { conversation, messages: [], complete: true }));
  }

  function store(): void {
    if (!visit || !conversationId || !isOpen) return;
    const { token, contactId } = visit;
    storage.write({ token, contactId, conversationId, seenSeq: state.seenSeq });
  }

  /** Lets go of the conversation; what was not sent yet goes into the next one. */
  function drop(): void {
    storage.clear();
    conversationId = undefined;
    isOpen = false;
    realtime?.close();
    realtime = undefined;
    change({ conversation: undefined, messages: [], answer: undefined, seenSeq: 0 });
  }

  /** A new token for the same visitor, as far as the server still knows who that is. */
  function startVisit(): Promise<Visit> {
    visiting ??= fetchVisit().finally(() => {
      visiting = undefined;
    });
    return visiting;
  }

  async function fetchVisit(): Promise<Visit> {
    const asked = identity;
    const known = visit ?? storage.read();
    const started = await api.startVisit({ publishableKey, ...(known && { token: known.token }) });
    if (asked !== identity) return fetchVisit();
    if (known && known.contactId !== started.contactId) drop();
    if (visit?.contactId !== started.contactId && !hasEnded) emit("contact", started.contactId);
    visit = started;
    change({ inbox: started.inbox, failure: undefined });
    if (storage.read()) store();
    return started;
  }

  /** Calls with the visitor's token; once more with a new one when it has run out. */
  async function authorised<T>(call: (token: string) => Promise<T>): Promise<T> {
    const asked = identity;
    const { token } = visit ?? (await startVisit());
    try {
      return await call(token);
    } catch (error) {
      if (!isUnauthorised(error)) throw error;
      const renewed = await startVisit();
      // What one visitor asked for is not done as another.
      if (asked !== identity) throw error;
      return call(renewed.token);
    }
  }

  async function openConversation(): Promise<ConversationId> {
    // The visit may tell that this is somebody else than the conversation's contact.
    if (!visit) await startVisit();
    conversationId ??= newId<ConversationId>();
    const id = conversationId;
    if (!isOpen) {
      const conversation = await authorised((token) => api.openConversation(token, id));
      if (conversationId !== id) return openConversation();
      isOpen = true;
      learn(conversation);
      store();
    }
    follow();
    return id;
  }

  /**
   * Does the work in the open conversation; in a new one when the server no longer knows it.
   *
   * @throws ApiError also when it was forgotten meanwhile
   */
  async function inConversation<T>(work: (token: string, id: ConversationId) => Promise<T>): Promise<T> {
    const asked = identity;
    const attempt = async () => {
      const id = await openConversation();
      const done = await authorised((token) => work(token, id));
      if (asked !== identity) throw new ApiError("conversation.not_found");
      return done;
    };
    try {
      return await attempt();
    } catch (error) {
      if (codeOf(error) !== "conversation.not_found" || asked !== identity) throw error;
      drop();
      return attempt();
    }
  }

  /** Listens to the conversation, once there is one. */
  function follow(): void {
    if (!conversationId || !visit || !isOpen || realtime || hasEnded) return;
    realtime = connect({
      url: visit.realtimeUrl,
      getToken: async (renew) => (renew || !visit ? await startVisit() : visit).token,
      onStatus: (link) => {
        change({ link: link === "closed" ? undefined : link });
        if (link === "connected") retryUnsent();
      },
    });
    realtime.subscribe(`conversation:${conversationId}`, {
      after: () => newestSeq(state),
      onSubscribed: (frame) => change(applyFrame(state, frame)),
      onEvent: (event) => change(applyFrame(state, { type: "event", event })),
      // It is gone, or no longer this visitor's.
      onError: drop,
    });
  }

  function post(id: MessageId, text: string): void {
    change(applyPending(state, { id, text, createdAt: new Date().toISOString() }));
    sending = sending.then(() => deliver(id, text));
  }

  async function deliver(id: MessageId, text: string): Promise<void> {
    // Taken away, or forgotten, while it waited.
    if (!state.local.some((local) => local.id === id)) return;
    try {
      const message = await inConversation((token, inId) => api.postMessage(token, inId, { id, text }));
      change(applySent(state, message));
    } catch (error) {
      const code = codeOf(error);
      change(applyFailed(state, id, code === "network" ? undefined : code));
    }
  }

  function begin(): void {
    if (visit || visiting) return;
    change({ failure: undefined });
    startVisit().then(follow, (error: unknown) => change({ failure: codeOf(error) }));
  }

  function retry(id: MessageId): void {
    const message = state.local.find((local) => local.id === id);
    if (message?.status !== "failed") return;
    const isTaken = message.error === "message.id_taken";
    if (isTaken) remove(id);
    post(isTaken ? newId<MessageId>() : id, message.text);
  }

  function remove(id: MessageId): void {
    change({ local: state.local.filter((local) => local.id !== id) });
  }

  /** What failed for want of a connection goes out again as soon as there is one. */
  function retryUnsent(): void {
    if (state.failure === "network") begin();
    for (const { id, error } of state.local) if (!error) retry(id);
  }

  function onLine(): void {
    change({ isOnline: navigator.onLine });
    if (navigator.onLine) retryUnsent();
  }
  api.onWait = (wait) => change({ wait });
  addEventListener("online", onLine);
  addEventListener("offline", onLine);

  return {
    get state() {
      return state;
    },
    begin,
    retry,
    remove,
    resume() {
      const stored = storage.read();
      if (!stored || conversationId) return;
      conversationId = stored.conversationId;
      isOpen = true;
      change({ seenSeq: stored.seenSeq });
      begin();
    },
    send: (text) => post(newId<MessageId>(), text),
    handOff() {
      if (state.handOff === "asking") return;
      change({ handOff: "asking" });
      inConversation((token, id) => api.handOff(token, id)).then(
        (conversation) => {
          learn(conversation);
          change({ handOff: undefined });
        },
        () => change({ handOff: "failed" }),
      );
    },
    vote(message, vote) {
      // One after the other; that one before failed was told to whoever asked for it.
      voting = voting.catch(() => {}).then(() => authorised((token) => api.vote(token, message, vote)));
      return voting;
    },
    getCitedPassage: (message, number) => authorised((token) => api.getCitedPassage(token, message, number)),
    markSeen() {
      const seenSeq = state.messages.at(-1)?.seq ?? 0;
      if (seenSeq <= state.seenSeq) return;
      change({ seenSeq });
      store();
    },
    forget() {
      identity++;
      visit = undefined;
      drop();
      change({ local: [], handOff: undefined });
      if (!hasEnded) begin();
    },
    end() {
      hasEnded = true;
      removeEventListener("online", onLine);
      removeEventListener("offline", onLine);
      realtime?.close();
    },
  };
}

import type { ChannelListener, createRealtimeClient, RealtimeClientOptions } from "@parley/client";
import type { Conversation, ConversationId, Message, RunId, Visit } from "@parley/contracts";
import { ApiError, type WidgetApi } from "../session/widget-api.ts";
import { aCitation, aConversation, aMessage } from "./messages.ts";

type Open = { conversation: Conversation; messages: Message[]; listeners: Set<ChannelListener> };

/** The server as a session meets it: commands, events and what goes wrong, all in memory and at the test's command. */
export function createFakeServer() {
  const conversations = new Map<ConversationId, Open>();
  const sockets: RealtimeClientOptions[] = [];
  const visits: (string | undefined)[] = [];
  /** What the next commands fail with, each once. */
  const failures: ApiError["code"][] = [];
  let contactId = "contact-1";
  let tokens = 0;

  const attempt = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve();
    const failure = failures.shift();
    if (failure) throw new ApiError(failure);
    return work();
  };
  const get = (id: ConversationId): Open => {
    const found = conversations.get(id);
    if (!found) throw new ApiError("conversation.not_found");
    return found;
  };
  const add = (open: Open, change: Partial<Message>, changed: Partial<Conversation> = {}): Message => {
    const seq = open.messages.length + 1;
    const message = aMessage(seq, { conversationId: open.conversation.id, ...change });
    open.messages.push(message);
    open.conversation = { ...open.conversation, ...changed, lastSeq: seq };
    const { conversation } = open;
    for (const listener of open.listeners) tell(listener, { type: "message.created", message, conversation });
    return message;
  };
  const tell = (listener: ChannelListener, event: Parameters<NonNullable<ChannelListener["onEvent"]>>[0]) =>
    listener.onEvent?.(event, { type: "event", channel: "conversations", event });

  const votes: unknown[] = [];

  const api: WidgetApi = {
    startVisit: ({ token }) =>
      attempt(() => {
        visits.push(token);
        return {
          token: `token-${++tokens}`,
          expiresAt: "2026-11-24T10:15:00.000Z",
          contactId,
          inbox: { name: "Shop", assistantName: "Parley", greeting: "Hello" },
          realtimeUrl: "ws://localhost",
        } as Visit;
      }),
    openConversation: (_token, id) =>
      attempt(() => {
        const open = conversations.get(id) ?? {
          conversation: aConversation({ id }),
          messages: [],
          listeners: new Set(),
        };
        conversations.set(id, open);
        return open.conversation;
      }),
    postMessage: (_token, id, { id: messageId, text }) =>
      attempt(() => {
        const open = get(id);
        return open.messages.find((message) => message.id === messageId) ?? add(open, { id: messageId, text });
      }),
    handOff: (_token, id) =>
      attempt(() => {
        const open = get(id);
        const ownershipEpoch = open.conversation.ownershipEpoch + 1;
        add(open, { author: "system", notice: "handed_off" }, { status: "open", ownershipEpoch });
        return open.conversation;
      }),
    vote: (_token, _message, vote) => attempt(() => votes.push(vote)),
    getCitedPassage: (_token, _message, number) =>
      attempt(() => ({
        ...aCitation(number),
        version: 1,
        superseded: false,
        removed: false,
        address: null,
        text: "x",
        textStart: 0,
        mediaType: "text/plain",
        pages: null,
        readAt: "2026-11-24T10:00:00.000Z",
        verifiedAt: "2026-11-24T10:00:00.000Z",
      })),
  };

  const connect: typeof createRealtimeClient = (options) => {
    sockets.push(options);
    const left: (() => void)[] = [];
    return {
      subscribe(channel, listener) {
        const open = conversations.get(channel.slice("conversation:".length) as ConversationId);
        if (!open) {
          queueMicrotask(() => listener.onError?.({ code: "channel.not_found", message: "" }));
          return () => {};
        }
        open.listeners.add(listener);
        const leave = () => open.listeners.delete(listener);
        left.push(leave);
        const messages = open.messages.filter(({ seq }) => seq > (listener.after?.() ?? 0));
        queueMicrotask(() => {
          options.onStatus?.("connected");
          listener.onSubscribed?.({ type: "subscribed", channel, conversation: open.conversation, messages });
        });
        return leave;
      },
      close() {
        for (const leave of left) leave();
        options.onStatus?.("closed");
      },
    };
  };

  return {
    api,
    connect,
    failures,
    visits,
    votes,
    sockets,
    conversations,
    get only(): Open {
      const [open] = conversations.values();
      if (!open) throw new Error("no conversation was opened");
      return open;
    },
    say: (change: Partial<Message>, changed?: Partial<Conversation>) =>
      add([...conversations.values()][0] as Open, change, changed),
    /** Begins to answer, word by word. */
    write(runId: string, text: string) {
      const { conversation, listeners } = [...conversations.values()][0] as Open;
      const run = {
        conversationId: conversation.id,
        runId: runId as RunId,
        ownershipEpoch: conversation.ownershipEpoch,
      };
      for (const listener of listeners) {
        tell(listener, { type: "run.started", ...run });
        if (text) tell(listener, { type: "answer.delta", ...run, offset: 0, text });
      }
    },
    becomeStranger() {
      contactId = "contact-2";
    },
  };
}

export type FakeServer = ReturnType<typeof createFakeServer>;

import type {
  AnswerSoFar,
  ChannelEvent,
  Conversation,
  ErrorCode,
  EventOf,
  Message,
  MessageId,
  MessagePage,
} from "@parley/contracts";

/** A message that this client posted and that the server has not confirmed. */
export type LocalMessage = {
  id: MessageId;
  text: string;
  createdAt: string;
  status: "pending" | "failed";
  /** Why it failed, when the server said so. */
  error?: ErrorCode | undefined;
};

/** One conversation as a client knows it. Never changed in place: what is the same stays the same object. */
export type ConversationState = {
  readonly conversation: Conversation | undefined;
  /** In order of `seq`, each once. */
  readonly messages: readonly Message[];
  /** In the order in which they were posted; to be shown after `messages`. */
  readonly local: readonly LocalMessage[];
  /** The answer that is being written; its text is empty until its first words come. */
  readonly answer: AnswerSoFar | undefined;
};

/** The frames that tell of a conversation. */
export type ConversationFrame =
  | { type: "subscribed"; conversation?: Conversation; messages?: readonly Message[]; answer?: AnswerSoFar }
  | { type: "event"; event: ChannelEvent };

export const emptyConversation: ConversationState = {
  conversation: undefined,
  messages: [],
  local: [],
  answer: undefined,
};

/** The last `seq` up to which nothing is missing: where to go on from, as `after`. */
export function newestSeq({ messages }: ConversationState): number {
  let newest = 0;
  for (const { seq } of messages) {
    if (seq !== newest + 1) break;
    newest = seq;
  }
  return newest;
}

/** What the frame of the conversation's channel tells. It may come twice, late or out of order. */
export function applyFrame(state: ConversationState, frame: ConversationFrame): ConversationState {
  if (frame.type === "event") return applyEvent(state, frame.event);
  const resumed = applyMessages(applyConversation(state, frame.conversation), frame.messages ?? []);
  // The server knows better than what was put together before the break.
  return withAnswer(resumed, frame.answer && isVoid(resumed, frame.answer) ? undefined : frame.answer);
}

/** A page that was fetched over HTTP. */
export function applyPage(state: ConversationState, { conversation, messages }: MessagePage): ConversationState {
  return applyMessages(applyConversation(state, conversation), messages);
}

/** A message as the server stored it: the answer to its posting. */
export function applySent(state: ConversationState, message: Message): ConversationState {
  return applyMessages(state, [message]);
}

/** Shows a message before the server has it, or again after it failed. */
export function applyPending(
  state: ConversationState,
  message: Pick<LocalMessage, "id" | "text" | "createdAt">,
): ConversationState {
  if (state.messages.some(({ id }) => id === message.id)) return state;
  const others = state.local.filter(({ id }) => id !== message.id);
  return { ...state, local: [...others, { ...message, status: "pending" }] };
}

/** The message could not be posted. It may have been stored all the same; then it is confirmed when its event comes. */
export function applyFailed(state: ConversationState, id: MessageId, error?: ErrorCode): ConversationState {
  if (!state.local.some((message) => message.id === id)) return state;
  const local = state.local.map((message) =>
    message.id === id ? { ...message, status: "failed" as const, error } : message,
  );
  return { ...state, local };
}

function applyEvent(state: ConversationState, event: ChannelEvent): ConversationState {
  switch (event.type) {
    case "message.created":
      return applyMessages(applyConversation(state, event.conversation), [event.message]);
    case "conversation.changed":
      return applyConversation(state, event.conversation);
    case "run.started":
    case "answer.delta":
      return applyWords(state, event);
    default:
      return state;
  }
}

function applyConversation(state: ConversationState, conversation: Conversation | undefined): ConversationState {
  const known = state.conversation;
  if (!conversation || (known && !isNewer(conversation, known))) return state;
  const next = { ...state, conversation };
  return next.answer && isVoid(next, next.answer) ? withAnswer(next, undefined) : next;
}

/** Every change of a conversation raises its epoch or adds a message. */
function isNewer(a: Conversation, b: Conversation): boolean {
  return a.ownershipEpoch > b.ownershipEpoch || (a.ownershipEpoch === b.ownershipEpoch && a.lastSeq > b.lastSeq);
}

function applyMessages(state: ConversationState, added: readonly Message[]): ConversationState {
  const known = new Set(state.messages.map(({ seq }) => seq));
  const fresh = added.filter(({ seq }) => !known.has(seq) && known.add(seq));
  if (fresh.length === 0) return state;
  const messages = [...state.messages, ...fresh].sort((a, b) => a.seq - b.seq);
  const ids = new Set(fresh.map(({ id }) => id));
  const local = state.local.some(({ id }) => ids.has(id)) ? state.local.filter(({ id }) => !ids.has(id)) : state.local;
  const next = { ...state, messages, local };
  return next.answer && isVoid(next, next.answer) ? withAnswer(next, undefined) : next;
}

function applyWords(state: ConversationState, event: EventOf<"run.started" | "answer.delta">): ConversationState {
  const { runId, ownershipEpoch } = event;
  if (isVoid(state, event)) return state;
  const known = state.answer?.runId === runId ? state.answer.text : undefined;
  if (event.type === "run.started")
    return known === undefined ? withAnswer(state, { runId, ownershipEpoch, text: "" }) : state;
  // Words that don't follow on what is there wait for the answer to begin anew, or for its message.
  if (event.offset !== 0 && event.offset !== known?.length) return state;
  const text = event.offset === 0 ? event.text : `${known ?? ""}${event.text}`;
  return withAnswer(state, { runId, ownershipEpoch, text });
}

/** Whether the answer's message has come, or the conversation has changed hands since it was begun. */
function isVoid(
  { conversation, messages, answer }: ConversationState,
  { runId, ownershipEpoch }: Pick<AnswerSoFar, "runId" | "ownershipEpoch">,
): boolean {
  const newestEpoch = Math.max(conversation?.ownershipEpoch ?? 0, answer?.ownershipEpoch ?? 0);
  return ownershipEpoch < newestEpoch || messages.some((message) => message.runId === runId);
}

function withAnswer(state: ConversationState, answer: AnswerSoFar | undefined): ConversationState {
  return state.answer === answer ? state : { ...state, answer };
}

import { randomUUID } from "node:crypto";
import type { AnswerSoFar, Conversation, Message, MessagePage, ServerFrame, Visit } from "@parley/contracts";
import WebSocket from "ws";

type Addresses = { apiUrl: string; realtimeUrl?: string; origin: string; publishableKey: string };

/** A visitor who speaks the widget's protocol from a test, as docs/protocol.md tells it. */
export async function createVisitor({ apiUrl, realtimeUrl, origin, publishableKey }: Addresses) {
  async function call<T>(method: "GET" | "POST", path: string, body?: unknown, token?: string): Promise<T> {
    const answer = await fetch(`${apiUrl}/widget/v1${path}`, {
      method,
      headers: {
        origin,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  const visit = await call<Visit>("POST", "/visits", { publishableKey });
  const { token } = visit;
  const id = randomUUID();
  const conversation = await call<Conversation>("POST", "/conversations", { id }, token);

  return {
    token,
    conversation,
    say: (text: string, messageId: string = randomUUID()) =>
      call<Message>("POST", `/conversations/${id}/messages`, { id: messageId, text }, token),
    page: (after = 0) => call<MessagePage>("GET", `/conversations/${id}/messages?after=${after}`, undefined, token),
    /** Follows the conversation on a socket. */
    follow: (after = 0, url = realtimeUrl ?? visit.realtimeUrl) => follow({ url, origin, token, id, after }),
  };
}

async function follow(options: { url: string; origin: string; token: string; id: string; after: number }) {
  const channel = `conversation:${options.id}`;
  const socket = new WebSocket(options.url, { origin: options.origin });
  const frames: ServerFrame[] = [];
  const messages: Message[] = [];
  let draft: AnswerSoFar | undefined;
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as ServerFrame;
    frames.push(frame);
    if (frame.type === "subscribed") {
      messages.push(...(frame.messages ?? []));
      draft = frame.answer;
    }
    if (frame.type !== "event") return;
    const { event } = frame;
    if (event.type === "message.created") {
      messages.push(event.message);
      if (event.message.runId === draft?.runId) draft = undefined;
    }
    if (event.type === "conversation.changed") draft = undefined;
    if (event.type === "answer.delta") {
      const before = event.offset === 0 ? "" : (draft?.text ?? "");
      draft = { ...event, text: before.slice(0, event.offset) + event.text };
    }
  });
  socket.on("error", () => {}); // the close that follows is what a test looks at
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const send = (frame: object) => socket.send(JSON.stringify(frame));
  send({ type: "authenticate", token: options.token });
  while (!frames.some(({ type }) => type === "authenticated")) {
    if (socket.readyState !== WebSocket.OPEN) throw new Error(`the socket was closed: ${JSON.stringify(frames)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  send({ type: "subscribe", channel, after: options.after });
  return {
    socket,
    frames,
    /** In the order in which they came; a duplicate stands here twice. */
    messages,
    draft: () => draft,
    close: () => socket.terminate(),
  };
}

import type { ClientFrame, ServerFrame } from "@parley/contracts";
import { expect, vi } from "vitest";
import WebSocket from "ws";

/** A socket as a browser would open it, on a page of the origin, which notes all that it gets. */
export async function openSocket(url: string, options: WebSocket.ClientOptions) {
  const socket = new WebSocket(url, options);
  const frames: ServerFrame[] = [];
  const texts: string[] = [];
  socket.on("message", (data) => {
    texts.push(String(data));
    frames.push(JSON.parse(String(data)) as ServerFrame);
  });
  socket.on("error", () => {}); // the close that follows is what a test looks at
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once("close", (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await Promise.race([new Promise((resolve) => socket.once("open", resolve)), closed]);

  const events = () => frames.flatMap((frame) => (frame.type === "event" ? [frame.event] : []));
  return {
    socket,
    frames,
    /** The frames as they came. */
    texts,
    closed,
    send: (...sent: ClientFrame[]) => {
      for (const frame of sent) socket.send(JSON.stringify(frame));
    },
    events,
    /** The `seq` of every message that came, in that order. */
    seqs: () =>
      frames.flatMap((frame) => {
        if (frame.type === "subscribed") return (frame.messages ?? []).map(({ seq }) => seq);
        return frame.type === "event" && frame.event.type === "message.created" ? [frame.event.message.seq] : [];
      }),
    /** The codes of the errors that came. */
    errors: () => frames.flatMap((frame) => (frame.type === "error" ? [frame.error.code] : [])),
    /** Resolves with the first frame that fits. */
    frame: async (expected: object) => {
      await vi.waitFor(() => expect(frames).toContainEqual(expect.objectContaining(expected)), patience);
      return frames[frames.length - 1];
    },
  };
}

export const patience = { timeout: 10_000, interval: 10 };

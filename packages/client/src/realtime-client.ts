import type { Channel, ChannelEvent, ClientFrame, ErrorBody, ErrorCode, ServerFrame } from "@parley/contracts";
import ReconnectingWebSocket from "partysocket/ws";

/**
 * `connecting`: not there yet, or cut off and trying again · `connected`: events arrive · `refused`: the server does not want this
 * page or this person, and trying again would not help · `closed`: by `close()`.
 */
export type RealtimeStatus = "connecting" | "connected" | "refused" | "closed";

type Subscribed = Extract<ServerFrame, { type: "subscribed" }>;
type EventFrame = Extract<ServerFrame, { type: "event" }>;

export type ChannelListener = {
  /** The last `seq` that is known, asked at every subscription. For a conversation's channel only. */
  after?(): number;
  /**
   * What was missed. It comes again after every reconnect, in several pages when much was missed, and whenever the server may have
   * lost an event: a list is then to be fetched again.
   */
  onSubscribed?(frame: Subscribed): void;
  onEvent?(event: ChannelEvent, frame: EventFrame): void;
  /** The subscription was refused and has ended. */
  onError?(error: ErrorBody["error"]): void;
};

export type RealtimeClientOptions = {
  url: string;
  /**
   * A visitor token or a member's ticket. A rejection counts as a failure to connect: it is tried again after a while.
   *
   * @param renew the last one runs out or was refused: this must be a new one
   */
  getToken(renew: boolean): Promise<string>;
  onStatus?(status: RealtimeStatus): void;
  /** Where the platform's own can't do, as in tests. */
  WebSocket?: new (
    url: string,
  ) => WebSocket;
};

export type RealtimeClient = {
  /** Begins as soon as there is a connection, and again after each break. Returns what ends it. */
  subscribe(channel: Channel, listener: ChannelListener): () => void;
  close(): void;
};

/** A new token is fetched so long before the old one runs out … */
const renewalLeadMs = 60_000;
/** … but not at once, however wrong this computer's clock may be. */
const soonestRenewalMs = 30_000;
/** After so long a silence the server is asked whether it is there … */
const silenceMs = 30_000;
/** … and has so long to answer. */
const answerMs = 10_000;
/** The longest break before the first attempt to reconnect, and before any. */
const firstDelayMs = 1_000;
const longestDelayMs = 20_000;

const openState = 1;
const passing: ReadonlySet<ErrorCode> = new Set(["service.busy", "rate.exceeded", "internal"]);
const final: ReadonlySet<ErrorCode> = new Set(["origin.not_allowed", "auth.forbidden"]);

/** Between half of the delay and all of it, so that clients that were cut off together don't come back together. */
const jittered = (delayMs: number) => delayMs * (0.5 + Math.random() / 2);

/** One socket for all that a page wants to hear of. It reconnects, authenticates and resumes by itself. */
export function createRealtimeClient({ url, getToken, onStatus, WebSocket }: RealtimeClientOptions): RealtimeClient {
  const channels = new Map<string, Set<ChannelListener>>();
  let status: RealtimeStatus | undefined;
  let token = "";
  let expiresAt = Number.POSITIVE_INFINITY;
  let mustRenew = false;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const socket = new ReconnectingWebSocket(nextUrl, [], {
    ...(WebSocket && { WebSocket }),
    // Read anew for every attempt.
    get minReconnectionDelay() {
      return jittered(firstDelayMs);
    },
    get maxReconnectionDelay() {
      return jittered(longestDelayMs);
    },
    reconnectionDelayGrowFactor: 2,
    connectionTimeout: answerMs,
    maxEnqueuedMessages: 0,
  });
  socket.onopen = () => {
    listenForSilence();
    send({ type: "authenticate", token });
  };
  socket.onmessage = ({ data }) => {
    listenForSilence();
    onFrame(JSON.parse(data));
  };
  socket.onclose = () => {
    clearTimeout(renewal);
    clearTimeout(silence);
    if (status === "connected") setStatus("connecting");
  };
  setStatus("connecting");

  async function nextUrl(): Promise<string> {
    token = await getToken(mustRenew || Date.now() >= expiresAt);
    return url;
  }

  function onFrame(frame: ServerFrame): void {
    switch (frame.type) {
      case "authenticated":
        onAuthenticated(Date.parse(frame.expiresAt));
        break;
      case "subscribed":
        tell(frame.channel, (listener) => listener.onSubscribed?.(frame));
        // More was missed than one frame holds: the next page begins after this one.
        if (frame.complete === false) sendSubscribe(frame.channel, frame.messages?.at(-1)?.seq);
        break;
      case "event":
        tell(frame.channel, (listener) => listener.onEvent?.(frame.event, frame));
        break;
      case "error":
        if (frame.channel === undefined) onRefused(frame.error.code);
        else onChannelError(frame.channel, frame.error);
    }
  }

  function onAuthenticated(until: number): void {
    expiresAt = until;
    mustRenew = false;
    clearTimeout(renewal);
    renewal = setTimeout(renew, Math.max(until - Date.now() - renewalLeadMs, soonestRenewalMs));
    if (status === "connected") return;
    setStatus("connected");
    for (const channel of channels.keys()) sendSubscribe(channel);
  }

  function renew(): void {
    getToken(true).then(
      (renewed) => {
        token = renewed;
        if (status === "connected") send({ type: "authenticate", token });
      },
      () => {
        // The old one still holds for a while. When it has run out, the server closes the socket and all begins anew.
        if (status === "connected") renewal = setTimeout(renew, jittered(longestDelayMs));
      },
    );
  }

  function onRefused(code: ErrorCode): void {
    // The server closes the socket after this, and the next attempt begins with another token.
    if (code.startsWith("auth.")) mustRenew = true;
    if (final.has(code)) end("refused");
  }

  function onChannelError(channel: string, error: ErrorBody["error"]): void {
    if (passing.has(error.code)) {
      setTimeout(() => sendSubscribe(channel), jittered(4 * firstDelayMs));
      return;
    }
    const listeners = channels.get(channel) ?? [];
    channels.delete(channel);
    for (const listener of listeners) listener.onError?.(error);
  }

  function tell(channel: string, say: (listener: ChannelListener) => void): void {
    for (const listener of [...(channels.get(channel) ?? [])]) say(listener);
  }

  function sendSubscribe(channel: string, after?: number): void {
    const listeners = channels.get(channel);
    if (status !== "connected" || !listeners) return;
    const known = Array.from(listeners, (listener) => listener.after?.() ?? 0);
    send({ type: "subscribe", channel, after: after ?? Math.min(...known) });
  }

  function send(frame: ClientFrame): void {
    // What isn't sent now is sent anew after the reconnect.
    if (socket.readyState === openState) socket.send(JSON.stringify(frame));
  }

  function listenForSilence(): void {
    clearTimeout(silence);
    silence = setTimeout(() => {
      send({ type: "ping" });
      silence = setTimeout(() => socket.reconnect(), answerMs);
    }, silenceMs);
  }

  function setStatus(next: RealtimeStatus): void {
    status = next;
    onStatus?.(next);
  }

  function end(how: "refused" | "closed"): void {
    setStatus(how);
    socket.close();
  }

  return {
    subscribe(channel, listener) {
      const listeners = channels.get(channel) ?? new Set();
      channels.set(channel, listeners.add(listener));
      sendSubscribe(channel);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || channels.get(channel) !== listeners) return;
        channels.delete(channel);
        if (status === "connected") send({ type: "unsubscribe", channel });
      };
    },
    close() {
      if (status !== "closed") end("closed");
    },
  };
}

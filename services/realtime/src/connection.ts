import type { IncomingMessage } from "node:http";
import { AuthError, type SocketCaller } from "@parley/auth";
import { ClientFrame, closeCodes, type ErrorBody, type ErrorCode, errorCodes, limits } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import type { Logger } from "@parley/platform/log";
import type { RawData, WebSocket } from "ws";
import type { Subscriber } from "./conversation-channel.ts";
import { encodeFrame } from "./encode-frame.ts";
import type { FanOut } from "./fan-out.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TokenBucket } from "./token-bucket.ts";
import { writeGathered } from "./write-gathered.ts";

export type ConnectionOptions = {
  fanOut: FanOut;
  /** `verifySocketToken` of auth, with the secret, and whether session and membership live. @throws AuthError, AppError */
  verify(token: string, request: IncomingMessage): Promise<SocketCaller & { expiresAt: Date; leftMs: number }>;
  /** Told of whoever has a token that is good, but not for here. */
  onRefused(caller: SocketCaller, code: ErrorCode, request: IncomingMessage): void;
  /** Where the dashboard is served: the one origin whose pages may use a member's ticket. */
  dashboardOrigin: string;
  logger: Logger;
  authenticateMs: number;
  /** Bytes that may wait to be taken by the client. */
  waitingBytes: number;
};

type ErrorDetails = { channel?: string; issues?: NonNullable<ErrorBody["error"]["issues"]> };

/**
 * One socket. It speaks for nobody until a token has told who is there, and for nobody else after that; and no longer than the token
 * is valid.
 */
export class Connection implements Subscriber {
  readonly #socket: WebSocket;
  readonly #request: IncomingMessage;
  readonly #options: ConnectionOptions;
  readonly #subscriptions: Subscriptions;
  readonly #openedAt = performance.now();
  readonly #bucket = new TokenBucket({ burst: limits.socketFrameBurst, perSecond: limits.socketFramesPerSecond });
  #caller: SocketCaller | undefined;
  /** Frames that came while a token is being verified. */
  #waiting: ClientFrame[] | undefined;
  #deadline: NodeJS.Timeout;
  #isAlive = true;
  #framesReceived = 0;
  #framesRefused = 0;

  constructor(socket: WebSocket, request: IncomingMessage, options: ConnectionOptions) {
    this.#socket = socket;
    this.#request = request;
    this.#options = options;
    this.#subscriptions = new Subscriptions(this, request.socket, options.fanOut, (error, channel) =>
      options.logger.error({ err: error, channel, ...this.#who }, "a channel could not be joined"),
    );
    this.#deadline = setTimeout(() => this.#refuseCaller("auth.required"), options.authenticateMs);
    socket.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on("pong", () => {
      this.#isAlive = true;
    });
    // It closes right after, with the code that fits.
    socket.on("error", (error) => options.logger.debug({ err: error, ...this.#who }, "socket error"));
    socket.on("close", (code) => this.#onClose(code));
  }

  get caller(): SocketCaller {
    if (!this.#caller) throw new Error("nobody has authenticated");
    return this.#caller;
  }

  send(frame: Buffer): void {
    if (!this.#isOpen) return;
    const { socket } = this.#request;
    // What waits is bounded, not the frame: a long history goes out to whoever takes it.
    if (socket.writableLength > this.#options.waitingBytes) this.close(closeCodes.tooSlow, "too slow");
    else writeGathered(socket, frame);
  }

  refused(channel: string, code: ErrorCode): void {
    this.#sendError(code, { channel });
  }

  lost(channel: string, code: ErrorCode): void {
    this.#subscriptions.remove(channel);
    this.refused(channel, code);
  }

  /** Asks whether the client is there; one that did not answer the last time is dropped. */
  beat(): void {
    if (!this.#isAlive) {
      this.#socket.terminate();
    } else if (this.#isOpen) {
      this.#isAlive = false;
      this.#socket.ping();
    }
  }

  /** The member that it speaks for, once it has authenticated. */
  get member(): Extract<SocketCaller, { kind: "member" }> | undefined {
    return this.#caller?.kind === "member" ? this.#caller : undefined;
  }

  /** The session is over, and with it what the socket may see. */
  endSession(): void {
    this.#refuseCaller("auth.required");
  }

  /** The member belongs to the tenant no more. */
  endMembership(): void {
    this.#sendError("auth.forbidden");
    this.close(closeCodes.removed, "auth.forbidden");
  }

  /** The tenant asks for a second factor now, which was not used. */
  endForFactor(): void {
    this.#refuseCaller("auth.factor_required");
  }

  close(code: number, reason: string): void {
    this.#subscriptions.removeAll();
    this.#socket.close(code, reason);
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (!this.#isOpen) return;
    this.#isAlive = true;
    this.#framesReceived += 1;
    const { frame, issues } = isBinary ? notText : parseFrame(data.toString());
    if (!this.#bucket.take()) {
      this.#refuseFrame(frame);
    } else if (!frame) {
      this.#sendError("input.invalid", { issues });
      this.close(closeCodes.badFrame, "bad frame");
    } else {
      this.#framesRefused = 0;
      this.#handle(frame);
    }
  }

  #handle(frame: ClientFrame): void {
    if (this.#waiting) this.#waiting.push(frame);
    else if (frame.type === "authenticate") this.#authenticate(frame.token);
    else if (!this.#caller) this.#refuseCaller("auth.required");
    else this.#obey(frame);
  }

  #obey(frame: Exclude<ClientFrame, { type: "authenticate" }>): void {
    switch (frame.type) {
      case "subscribe":
        this.#subscriptions.add(frame.channel, frame.after ?? 0);
        break;
      case "unsubscribe":
        this.#subscriptions.remove(frame.channel);
        this.send(encodeFrame({ type: "unsubscribed", channel: frame.channel }));
        break;
      case "ping":
        this.send(pong);
    }
  }

  #authenticate(token: string): void {
    this.#waiting = [];
    this.#options.verify(token, this.#request).then(
      (verified) => this.#onVerified(verified),
      (error: unknown) => {
        const isKnown = error instanceof AuthError || error instanceof AppError;
        if (!isKnown) this.#options.logger.error({ err: error }, "a token could not be verified");
        this.#refuseCaller(isKnown ? error.code : "internal");
      },
    );
  }

  #onVerified({ expiresAt, leftMs, ...caller }: SocketCaller & { expiresAt: Date; leftMs: number }): void {
    if (!this.#isOpen) return;
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    const origin = caller.kind === "contact" ? caller.origin : this.#options.dashboardOrigin;
    const refuse = (code: ErrorCode) => {
      this.#options.onRefused(caller, code, this.#request);
      this.#refuseCaller(code);
    };
    if (this.#request.headers.origin !== origin) {
      refuse("origin.not_allowed");
    } else if (this.#caller && identityOf(this.#caller) !== identityOf(caller)) {
      refuse("auth.forbidden");
    } else {
      this.#caller = caller;
      clearTimeout(this.#deadline);
      this.#deadline = setTimeout(() => this.#refuseCaller("auth.expired"), leftMs);
      this.send(encodeFrame({ type: "authenticated", expiresAt: expiresAt.toISOString() }));
      for (const frame of waiting) this.#handle(frame);
    }
  }

  /** @param frame what came too soon after the frames before it */
  #refuseFrame(frame: ClientFrame | undefined): void {
    this.#framesRefused += 1;
    this.#sendError("rate.exceeded", frame?.type === "subscribe" ? { channel: frame.channel } : {});
    if (this.#framesRefused >= limits.socketFrameBurst) this.close(closeCodes.badFrame, "too many frames");
  }

  #refuseCaller(code: ErrorCode): void {
    this.#sendError(code);
    this.close(closeCodes.authRequired, code);
  }

  #sendError(code: ErrorCode, { channel, issues }: ErrorDetails = {}): void {
    const error = { code, message: errorCodes[code].meaning, ...(issues && { issues }) };
    this.send(encodeFrame({ type: "error", error, ...(channel !== undefined && { channel }) }));
  }

  #onClose(code: number): void {
    clearTimeout(this.#deadline);
    this.#subscriptions.removeAll();
    const durationMs = Math.round(performance.now() - this.#openedAt);
    const framesReceived = this.#framesReceived;
    this.#options.logger.info({ ...this.#who, code, durationMs, framesReceived }, "socket closed");
  }

  get #who() {
    const caller = this.#caller;
    if (!caller) return {};
    const { tenantId } = caller;
    return caller.kind === "contact"
      ? { tenantId, contactId: caller.contactId }
      : { tenantId, memberId: caller.memberId };
  }
}

const pong = encodeFrame({ type: "pong" });

type Parsed = { frame: ClientFrame; issues?: never } | { frame?: never; issues: { path: string; message: string }[] };

const notText: Parsed = { issues: [{ path: "", message: "a frame is text" }] };

function parseFrame(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { issues: [{ path: "", message: "a frame is JSON" }] };
  }
  const { data, error } = ClientFrame.safeParse(value);
  if (!error) return { frame: data };
  return { issues: error.issues.map(({ path, message }) => ({ path: path.join("."), message })) };
}

/** What must stay the same for as long as the socket is open. */
function identityOf(caller: SocketCaller): string {
  return caller.kind === "contact"
    ? `contact ${caller.tenantId} ${caller.inboxId} ${caller.contactId}`
    : `member ${caller.tenantId} ${caller.memberId}`;
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { AuthError, findLiveSessions, verifySocketToken } from "@parley/auth";
import { closeCodes, type ErrorCode, errorCodes, limits, type TenantId } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { resumeConversation } from "@parley/core/conversations/channel";
import { findListeners, membershipKey } from "@parley/core/members/channel";
import { findWithoutFactorRule } from "@parley/core/tenants/find-tenant";
import type { Database } from "@parley/db";
import type { Config } from "@parley/platform/config";
import type { EventLog } from "@parley/platform/event-log/event-log";
import type { Logger } from "@parley/platform/log";
import type { RateLimiter } from "@parley/platform/rate-limits/rate-limiter";
import { answerUnreadable, refuseRaw } from "@parley/platform/raw-answer";
import { shareCheck, watchReadiness } from "@parley/platform/readiness";
import { securityHeaders } from "@parley/platform/security-headers";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import { createAddressOf, createAdmission } from "./admit-socket.ts";
import { Connection } from "./connection.ts";
import { FanOut } from "./fan-out.ts";
import { isFromOtherSite } from "./is-from-other-site.ts";
import { createTellRefusals } from "./tell-refusals.ts";
import { watchStanding } from "./watch-standing.ts";

export type RealtimeOptions = {
  config: Pick<Config, "host" | "api" | "realtime" | "dashboard" | "secret"> & Partial<Pick<Config, "trustedProxies">>;
  db: Database;
  eventLog: EventLog;
  /** How many sockets an address may begin; any number when left out. Whoever gives it closes it. */
  rateLimiter?: RateLimiter | undefined;
  logger: Logger;
  /** What to be patient about, and how much; a test is less patient. */
  patience?: Partial<Patience>;
};

export type Patience = {
  /** Until a socket has to have authenticated. */
  authenticateMs: number;
  /** Between two questions whether a client is there. */
  heartbeatMs: number;
  /** Bytes that may wait to be taken by a client. */
  waitingBytes: number;
  /** For a client to answer the closing of its socket. */
  closeMs: number;
  /** Between two questions which sessions and memberships have ended, and which tenants ask for more now. */
  standingMs: number;
};

export const defaultPatience: Patience = {
  authenticateMs: limits.socketAuthenticateMs,
  heartbeatMs: 30_000,
  waitingBytes: 4 * 1024 * 1024,
  closeMs: 5_000,
  standingMs: 2_000,
};

export type Realtime = {
  /** @throws when the port is taken */
  listen(): Promise<void>;
  /** Takes no more sockets, closes those that are open with 1001 and waits until they are. What it was given stays open. */
  close(): Promise<void>;
  /** Where it listens. */
  readonly port: number;
};

/** The server of the sockets: follows the event log from now on, and serves once it listens. */
export async function createRealtime(options: RealtimeOptions): Promise<Realtime> {
  const { config, db, eventLog, logger } = options;
  const patience = { ...defaultPatience, ...options.patience };
  const connections = new Map<WebSocket, Connection>();
  const watched = {
    sockets: () => connections.values(),
    everyMs: patience.standingMs,
    onTrouble: (error: unknown) => logger.error({ err: error }, "the database can't say who is still let in"),
  };
  const sessionWatch = watchStanding<Connection>({
    ...watched,
    standingOf: ({ member }) => member?.sessionId,
    findLive: (ids) => findLiveSessions(db, ids),
    end: (connection) => connection.endSession(),
  });
  const membershipWatch = watchStanding<Connection>({
    ...watched,
    standingOf: ({ member }) => member && membershipKey(member),
    findLive: (keys) => findListeners(db, keys),
    end: (connection) => connection.endMembership(),
  });
  const factorWatch = watchStanding<Connection, TenantId>({
    ...watched,
    standingOf: ({ member }) => (member && !member.secondFactor ? member.tenantId : undefined),
    findLive: (tenantIds) => findWithoutFactorRule(db, tenantIds),
    end: (connection) => connection.endForFactor(),
  });
  const fanOut = new FanOut({
    resume: (caller, conversationId, after) => resumeConversation(db, caller, conversationId, after),
    onTrouble: (error) => logger.error({ err: error }, "a subscription could not go on"),
  });
  const follower = await eventLog.follow(
    (envelope) => {
      fanOut.onEvent(envelope);
      if (envelope.event.type.startsWith("member.")) membershipWatch.ask();
    },
    () => {
      fanOut.onGap();
      membershipWatch.ask();
    },
  );

  const addressOf = createAddressOf(config.trustedProxies ?? []);
  const tellRefusals = createTellRefusals({ db, secret: config.secret, apiUrl: config.api.url, addressOf, logger });

  const connectionOptions = {
    fanOut,
    verify: async (token: string, request: IncomingMessage) => {
      const caller = await verifySocketToken(config.secret, token, await db.now());
      if (caller.kind === "contact") return caller;
      const { sessionId } = caller;
      if (sessionId && !(await findLiveSessions(db, [sessionId])).has(sessionId)) throw new AuthError("auth.required");
      const refuse = (code: "auth.forbidden" | "auth.factor_required") => {
        tellRefusals.ofCaller(caller, code, request);
        return new AppError(code);
      };
      const membership = membershipKey(caller);
      if (!(await findListeners(db, [membership])).has(membership)) throw refuse("auth.forbidden");
      const { tenantId, secondFactor } = caller;
      if (!secondFactor && !(await findWithoutFactorRule(db, [tenantId])).has(tenantId)) {
        throw refuse("auth.factor_required");
      }
      return caller;
    },
    onRefused: tellRefusals.ofCaller,
    dashboardOrigin: config.dashboard.origin,
    logger,
    authenticateMs: patience.authenticateMs,
    waitingBytes: patience.waitingBytes,
  };
  let isClosing = false;

  const headers = securityHeaders("realtime", { url: config.realtime.url });
  const http = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const path = request.url?.split("?", 1)[0];
    if (path === "/healthz") answer(response, 200, { status: "ok" });
    else if (path === "/readyz") answerReadiness(response);
    else answer(response, 404, { status: "not found" });
  });
  http.on(
    "clientError",
    answerUnreadable({ headers, onRefused: (refused) => logger.info(refused, "a request could not be read") }),
  );
  const checks = {
    database: shareCheck(() => db.ping()),
    eventLog: shareCheck(() => eventLog.ping()),
    follower: async () => failUnless(follower.alive),
    sockets: async () => failUnless(!isClosing),
  };
  const askReadiness = watchReadiness(checks, logger);
  function answerReadiness(response: ServerResponse): void {
    askReadiness().then(
      (readiness) => answer(response, readiness.status === "ready" ? 200 : 503, readiness),
      (error: unknown) => {
        logger.error({ err: error }, "readiness could not be told");
        answer(response, 500, { status: "unknown" });
      },
    );
  }
  const socketOptions: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    // Compression costs memory for each socket, and short frames gain nothing from it.
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: limits.socketFrameBytes,
    closeTimeout: patience.closeMs,
  };
  const sockets = new WebSocketServer(socketOptions);
  const refuse = (stream: Duplex, code: ErrorCode, more: Record<string, string> = {}) =>
    refuseRaw(stream, {
      status: errorCodes[code].status,
      code,
      requestId: crypto.randomUUID(),
      headers: { ...headers, ...more },
    });
  // It asks for a socket in a way that is none.
  sockets.on("wsClientError", (_error, stream) =>
    refuse(stream, "input.invalid", { "sec-websocket-version": "13, 8" }),
  );
  const admit = options.rateLimiter && createAdmission(options.rateLimiter, addressOf);
  http.on("upgrade", (request, stream, head) => {
    const ignore = () => {}; // whoever it was is gone already
    stream.on("error", ignore);
    const decide = async () => {
      const verdict = await admit?.(request);
      if (isClosing) refuse(stream, "service.busy", { "retry-after": "1" });
      else if (verdict && verdict.outcome !== "allowed") {
        refuse(stream, "rate.exceeded", { "retry-after": String(Math.max(1, Math.ceil(verdict.resetMs / 1_000))) });
      } else if (isFromOtherSite(request, config.dashboard.origin)) {
        // After it was counted: whose cookie it is costs a look into the database.
        tellRefusals.ofCookie(request);
        refuse(stream, "origin.not_allowed");
      } else {
        stream.off("error", ignore);
        upgrade(request, stream, head);
      }
    };
    decide().catch((error: unknown) => {
      logger.error({ err: error }, "a socket could not be opened");
      stream.destroy();
    });
  });
  function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    sockets.handleUpgrade(request, stream, head, (socket) => {
      connections.set(socket, new Connection(socket, request, connectionOptions));
      socket.on("close", () => connections.delete(socket));
    });
  }
  const heartbeat = setInterval(() => {
    for (const connection of connections.values()) connection.beat();
  }, patience.heartbeatMs);

  return {
    async listen() {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      http.once("error", reject);
      http.listen({ port: config.realtime.port, host: config.host }, resolve);
      await promise;
      http.off("error", reject);
    },

    async close() {
      isClosing = true;
      clearInterval(heartbeat);
      await Promise.all([sessionWatch, membershipWatch, factorWatch].map((watch) => watch.stop()));
      const closed = [...connections.keys()].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
      const stopped = http.listening ? new Promise((resolve) => http.close(resolve)) : undefined;
      for (const connection of connections.values()) connection.close(closeCodes.goingAway, "going away");
      await Promise.all(closed);
      http.closeAllConnections();
      await stopped;
      await tellRefusals.settled();
      await follower.stop();
    },

    get port() {
      return portOf(http.address());
    },
  };
}

function failUnless(condition: boolean): void {
  if (!condition) throw new Error("failed");
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(text);
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("realtime does not listen");
  return address.port;
}

import { signTicket, signVisitorToken, type Visitor } from "@parley/auth";
import { beginSession } from "@parley/auth/testing";
import type { EventEnvelope, MemberId, TenantId } from "@parley/contracts";
import { createWorld } from "@parley/core/testing/world";
import { openDatabase } from "@parley/db";
import type { EventLog } from "@parley/platform/event-log/event-log";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createLogger } from "@parley/platform/log";
import type { RateLimiter } from "@parley/platform/rate-limits/rate-limiter";
import { createRealtime, type Patience } from "../create-realtime.ts";
import { openSocket } from "./open-socket.ts";
import { database } from "./test-database.ts";

export const secret = "a secret of tests alone, 32 characters or more";
export const shopOrigin = "https://shop.example";
export const dashboardOrigin = "http://localhost:5174";
export const apiUrl = "http://localhost:3001";
export const redisUrl = String(process.env.REDIS_URL);
export const logger = createLogger({ level: "silent", format: "json" });

type Contact = Pick<Visitor, "tenantId" | "contactId"> & { inbox: { id: Visitor["inboxId"] } };

export const visitorToken = async ({ tenantId, contactId, inbox }: Contact, origin = shopOrigin) =>
  (await signVisitorToken(secret, { tenantId, contactId, inboxId: inbox.id, origin })).token;

type Place = { tenantId: TenantId; member: { memberId: MemberId }; sessionId?: string; secondFactor?: boolean };
export const ticket = async ({ tenantId, member, sessionId = "none", secondFactor = false }: Place) =>
  (await signTicket(secret, { tenantId, memberId: member.memberId, sessionId, secondFactor })).token;

/** The service on a port of its own, on the real database; events get out of the outbox when a test says so. */
export async function createRealtimeWorld(
  options: { patience?: Partial<Patience>; eventLog?: EventLog; rateLimiter?: RateLimiter } = {},
) {
  const db = openDatabase({ connection: database.connection, max: 4 });
  const world = await createWorld(db);
  const eventLog = options.eventLog ?? createInProcessEventLog({ logger });
  const realtime = await createRealtime({
    config: {
      host: "localhost",
      api: { port: 0, url: apiUrl },
      realtime: { port: 0, url: "ws://localhost" },
      dashboard: { port: 0, url: dashboardOrigin, origin: dashboardOrigin },
      secret,
    },
    db,
    eventLog,
    rateLimiter: options.rateLimiter,
    logger,
    ...(options.patience && { patience: options.patience }),
  });
  await realtime.listen();
  const url = `ws://localhost:${realtime.port}`;
  const relayed = new Map<TenantId, number>();

  /** What was announced in the tenant since the last time. */
  async function announced(tenantId: TenantId): Promise<EventEnvelope[]> {
    const events = await world.announced(tenantId);
    const from = relayed.get(tenantId) ?? 0;
    relayed.set(tenantId, events.length);
    return events.map((event, index) => ({ id: String(index), tenantId, event })).slice(from);
  }

  return {
    ...world,
    realtime,
    eventLog,
    url,
    http: url.replace("ws", "http"),
    announced,
    /** Publishes what was announced in the tenant since the last time, in order. */
    relay: async (tenantId: TenantId) => eventLog.publish(await announced(tenantId)),
    open: (origin: string | undefined = shopOrigin) => openSocket(url, origin ? { origin } : {}),
    /** A socket that speaks for the contact. */
    async visit(contact: Contact) {
      const socket = await openSocket(url, { origin: shopOrigin });
      socket.send({ type: "authenticate", token: await visitorToken(contact) });
      return socket;
    },
    /** A socket that speaks for the tenant's member. */
    async work(place: Place) {
      const sessionId = place.sessionId ?? (await beginSession(db));
      const socket = await openSocket(url, { origin: dashboardOrigin });
      socket.send({ type: "authenticate", token: await ticket({ ...place, sessionId }) });
      return socket;
    },
    [Symbol.asyncDispose]: async () => {
      await realtime.close();
      await eventLog.close();
      await db.close();
    },
  };
}

import type { IncomingMessage } from "node:http";
import { findCookieOwner, type SocketCaller } from "@parley/auth";
import type { ErrorCode } from "@parley/contracts";
import { createRefusalLog, type Refusal } from "@parley/core/audit/record-refusal";
import { listMemberships } from "@parley/core/tenants/find-tenant";
import type { Database } from "@parley/db";
import type { Logger } from "@parley/platform/log";

export type TellRefusals = {
  /** Somebody came with a token of ours, and was not let do what they asked. */
  ofCaller(caller: SocketCaller, code: ErrorCode, request: IncomingMessage): void;
  /** Another site's page brought a member's cookie along. */
  ofCookie(request: IncomingMessage): void;
  /** Until everything is told that nobody waited for. */
  settled(): Promise<void>;
};

const actorOf = (caller: SocketCaller): Refusal["actor"] =>
  caller.kind === "contact" ? { kind: "contact", id: caller.contactId } : { kind: "member", id: caller.memberId };

/** Tells the audit log of refusals at sockets, as the api does of its own. Nobody waits for it: a refusal stands, told or not. */
export function createTellRefusals(options: {
  db: Database;
  secret: string;
  apiUrl: string;
  addressOf(request: IncomingMessage): string;
  logger: Logger;
}): TellRefusals {
  const { db, secret, apiUrl, addressOf, logger } = options;
  const record = createRefusalLog(db);
  const under = new Set<Promise<void>>();

  function run(work: () => Promise<void>): void {
    const done = Promise.resolve()
      .then(work)
      .catch((error: unknown) => logger.error({ err: error }, "a refusal could not be recorded"))
      .finally(() => under.delete(done));
    under.add(done);
  }
  // At once: a connection that is closed has no address any more.
  const about = (request: IncomingMessage, code: ErrorCode) => ({ code, ip: addressOf(request), route: "socket" });

  return {
    ofCaller(caller, code, request) {
      const refusal = { ...about(request, code), actor: actorOf(caller) };
      run(() => record(caller.tenantId, refusal));
    },
    ofCookie(request) {
      const refusal = about(request, "origin.not_allowed");
      run(async () => {
        const userId = await findCookieOwner(db, { secret, apiUrl }, request.headers.cookie ?? "");
        if (!userId) return;
        for (const { tenantId, memberId } of await listMemberships(db, userId)) {
          await record(tenantId, { ...refusal, actor: { kind: "member", id: memberId } });
        }
      });
    },
    async settled() {
      while (under.size > 0) await Promise.all(under);
    },
  };
}

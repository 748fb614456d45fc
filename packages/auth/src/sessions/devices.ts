import { accountEndpoints, type Device, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint, sessionMiddleware } from "better-auth/api";
import { deleteSessionCookie } from "better-auth/cookies";
import { type SQL, sql } from "drizzle-orm";
import { type OnAccountEvent, originOf } from "../account-events.ts";
import { isAlive } from "./alive.ts";
import { describeDevice } from "./describe-device.ts";
import { lockPerson } from "./lock-person.ts";

type Row = {
  id: string;
  userAgent: string | null;
  address: string | null;
  secondFactor: boolean;
  signedInAt: string;
  activeAt: string;
};

/** Where somebody is signed in, and the way to end it: there, elsewhere, everywhere. */
export function devices({ db, onEvent }: { db: Database; onEvent: OnAccountEvent }) {
  async function revoke(which: SQL, userId: string, headers: Headers | undefined): Promise<void> {
    const ended = await db.transaction("auth", async (tx) => {
      await lockPerson(tx, userId);
      const { rows } = await tx.execute<{ alive: boolean }>(
        sql`delete from auth.session s where user_id = ${userId} and ${which} returning ${isAlive} as alive`,
      );
      return rows;
    });
    // What was over already nobody has ended.
    for (const { alive } of ended) {
      if (alive) await onEvent({ type: "session.revoked", userId: UserId.parse(userId), ...originOf(headers) });
    }
  }

  return {
    id: "parley-devices",
    endpoints: {
      listDevices: createAuthEndpoint(
        "/devices",
        { method: "GET", use: [sessionMiddleware] },
        async (context): Promise<{ devices: Device[] }> => {
          const { user, session } = context.context.session;
          const { rows } = await db.authDatabase().execute<Row>(sql`
            select id, user_agent as "userAgent", ip_address as address, second_factor as "secondFactor",
              to_json(created_at at time zone 'utc') #>> '{}' || 'Z' as "signedInAt",
              to_json(active_at at time zone 'utc') #>> '{}' || 'Z' as "activeAt"
            from auth.session s where user_id = ${user.id} and ${isAlive} order by active_at desc, id limit 100`);
          return {
            devices: rows.map(({ userAgent, address, ...row }) => ({
              ...row,
              ...describeDevice(userAgent ?? ""),
              address: address ?? "",
              current: row.id === session.id,
            })),
          };
        },
      ),
      revokeDevice: createAuthEndpoint(
        "/devices/revoke",
        { method: "POST", use: [sessionMiddleware], body: accountEndpoints["POST /api/auth/devices/revoke"].body },
        async (context) => {
          const { user, session } = context.context.session;
          await revoke(sql`id = ${context.body.id}`, user.id, context.headers);
          if (context.body.id === session.id) deleteSessionCookie(context);
          return { status: true };
        },
      ),
      revokeOtherDevices: createAuthEndpoint(
        "/devices/revoke-others",
        { method: "POST", use: [sessionMiddleware] },
        async (context) => {
          const { user, session } = context.context.session;
          await revoke(sql`id <> ${session.id}`, user.id, context.headers);
          return { status: true };
        },
      ),
      revokeAllDevices: createAuthEndpoint(
        "/devices/revoke-all",
        { method: "POST", use: [sessionMiddleware] },
        async (context) => {
          await revoke(sql`true`, context.context.session.user.id, context.headers);
          deleteSessionCookie(context);
          return { status: true };
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}

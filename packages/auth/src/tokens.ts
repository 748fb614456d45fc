import { ContactId, InboxId, MemberId, TenantId } from "@parley/contracts";
import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import * as z from "zod";

/** Why a token opens nothing. The codes are those that the client sees. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: "auth.required" | "auth.expired";

  constructor(code: AuthError["code"], options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

const Visitor = z.object({
  tenantId: TenantId,
  inboxId: InboxId,
  contactId: ContactId,
  origin: z.string(),
});
/** Who a visitor token speaks for, and the one origin whose pages may use it. */
export type Visitor = z.infer<typeof Visitor>;

const Ticket = z.object({
  tenantId: TenantId,
  memberId: MemberId,
  sessionId: z.string().min(1),
  /** Whether the session is one in which a second factor was used; it is so, or not, for as long as the session lives. */
  secondFactor: z.boolean().default(false),
});
/** Who a realtime ticket speaks for, and the session without which it opens nothing. */
export type Ticket = z.infer<typeof Ticket>;

/** Who speaks on a socket. */
export type SocketCaller = ({ kind: "contact" } & Visitor) | ({ kind: "member" } & Ticket);

export const tokenLifetimes = {
  visitorSeconds: 15 * 60,
  /** For so long after it was issued a visitor token still tells who the visitor is, to start the next visit. */
  visitorRenewalSeconds: 30 * 24 * 3600,
  ticketSeconds: 5 * 60,
} as const;

const audiences = {
  visitor: "parley/visitor",
  ticket: "parley/ticket",
} as const;
type Kind = keyof typeof audiences;

const keyOf = (secret: string) => new TextEncoder().encode(secret);

async function sign(secret: string, kind: Kind, claims: JWTPayload, { seconds, now }: { seconds: number; now: Date }) {
  const expiresAt = new Date((Math.floor(now.getTime() / 1000) + seconds) * 1000);
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(audiences[kind])
    .setIssuedAt(now)
    .setExpirationTime(expiresAt)
    .sign(keyOf(secret));
  return { token, expiresAt };
}

async function verify<T>(
  secret: string,
  kind: Kind,
  token: string,
  { claims, now, toleranceSeconds = 0 }: { claims: z.ZodType<T>; now: Date; toleranceSeconds?: number },
) {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: ["HS256"],
      audience: audiences[kind],
      requiredClaims: ["exp", "iat"],
      clockTolerance: toleranceSeconds,
      currentDate: now,
    });
    return {
      ...claims.parse(payload),
      expiresAt: new Date((payload.exp ?? 0) * 1000),
    };
  } catch (cause) {
    throw new AuthError(cause instanceof errors.JWTExpired ? "auth.expired" : "auth.required", { cause });
  }
}

// Tokens begin and end by one clock, the database's: `now` is its time. A process whose own is hours off locks nobody out by it.

/** A token for the widget: it opens one contact's conversations in one inbox, from one origin, for 15 minutes. */
export function signVisitorToken(secret: string, visitor: Visitor, now = new Date()) {
  return sign(secret, "visitor", visitor, { seconds: tokenLifetimes.visitorSeconds, now });
}

/** @throws AuthError `auth.required` for a token that isn't ours or was altered, `auth.expired` for an old one */
export function verifyVisitorToken(
  secret: string,
  token: string,
  now = new Date(),
): Promise<Visitor & { expiresAt: Date }> {
  return verify(secret, "visitor", token, { claims: Visitor, now });
}

/** Whose token it was, also when it has expired less than 30 days ago: good for starting the next visit, and for nothing else. */
export function recogniseVisitor(secret: string, token: string, now = new Date()): Promise<Visitor> {
  const toleranceSeconds = tokenLifetimes.visitorRenewalSeconds - tokenLifetimes.visitorSeconds;
  return verify(secret, "visitor", token, { claims: Visitor, now, toleranceSeconds });
}

/** A member's way onto a realtime socket: the session cookie belongs to the api's host alone. Lives for 5 minutes. */
export function signTicket(secret: string, ticket: Ticket, now = new Date()) {
  return sign(secret, "ticket", ticket, { seconds: tokenLifetimes.ticketSeconds, now });
}

/**
 * Who authenticates on a socket, by a visitor token or a ticket, and for how long.
 *
 * @throws AuthError `auth.required`, `auth.expired`
 */
export async function verifySocketToken(
  secret: string,
  token: string,
  now = new Date(),
): Promise<SocketCaller & { expiresAt: Date; leftMs: number }> {
  const withTime = <T extends { expiresAt: Date }>(caller: T) => ({
    ...caller,
    leftMs: Math.max(0, caller.expiresAt.getTime() - now.getTime()),
  });
  try {
    return withTime({ kind: "contact" as const, ...(await verifyVisitorToken(secret, token, now)) });
  } catch (error) {
    if (error instanceof AuthError && error.code === "auth.expired") throw error;
    return withTime({ kind: "member" as const, ...(await verify(secret, "ticket", token, { claims: Ticket, now })) });
  }
}

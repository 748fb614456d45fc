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

async function sign(secret: string, kind: Kind, claims: JWTPayload, seconds: number) {
  const expiresAt = new Date((Math.floor(Date.now() / 1000) + seconds) * 1000);
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(audiences[kind])
    .setIssuedAt()
    .setExpirationTime(expiresAt)
    .sign(keyOf(secret));
  return { token, expiresAt };
}

async function verify<T>(secret: string, kind: Kind, token: string, claims: z.ZodType<T>, toleranceSeconds = 0) {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: ["HS256"],
      audience: audiences[kind],
      requiredClaims: ["exp", "iat"],
      clockTolerance: toleranceSeconds,
    });
    return {
      ...claims.parse(payload),
      expiresAt: new Date((payload.exp ?? 0) * 1000),
    };
  } catch (cause) {
    throw new AuthError(cause instanceof errors.JWTExpired ? "auth.expired" : "auth.required", { cause });
  }
}

/** A token for the widget: it opens one contact's conversations in one inbox, from one origin, for 15 minutes. */
export function signVisitorToken(secret: string, visitor: Visitor) {
  return sign(secret, "visitor", visitor, tokenLifetimes.visitorSeconds);
}

/** @throws AuthError `auth.required` for a token that isn't ours or was altered, `auth.expired` for an old one */
export function verifyVisitorToken(secret: string, token: string): Promise<Visitor & { expiresAt: Date }> {
  return verify(secret, "visitor", token, Visitor);
}

/** Whose token it was, also when it has expired less than 30 days ago: good for starting the next visit, and for nothing else. */
export function recogniseVisitor(secret: string, token: string): Promise<Visitor> {
  return verify(
    secret,
    "visitor",
    token,
    Visitor,
    tokenLifetimes.visitorRenewalSeconds - tokenLifetimes.visitorSeconds,
  );
}

/** A member's way onto a realtime socket: the session cookie belongs to the api's host alone. Lives for 5 minutes. */
export function signTicket(secret: string, ticket: Ticket) {
  return sign(secret, "ticket", ticket, tokenLifetimes.ticketSeconds);
}

/**
 * Who authenticates on a socket, by a visitor token or a ticket.
 *
 * @throws AuthError `auth.required`, `auth.expired`
 */
export async function verifySocketToken(secret: string, token: string): Promise<SocketCaller & { expiresAt: Date }> {
  try {
    return { kind: "contact", ...(await verifyVisitorToken(secret, token)) };
  } catch (error) {
    if (error instanceof AuthError && error.code === "auth.expired") throw error;
    return {
      kind: "member",
      ...(await verify(secret, "ticket", token, Ticket)),
    };
  }
}

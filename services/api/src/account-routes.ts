import { type RateLimit, rateLimits } from "@parley/contracts";
import type { Counted } from "@parley/platform/rate-limits/limit-key";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApiOptions } from "./create-api.ts";
import { digestOf, limitRate } from "./rate-limit.ts";

// What Better Auth can do beyond this comes with the pages for it: what nobody needs yet, nobody can attack.
const routes: readonly Route[] = [
  { method: "POST", url: "/api/auth/sign-in/email", limit: rateLimits.signIns, signsIn: true },
  { method: "POST", url: "/api/auth/sign-out" },
  { method: "POST", url: "/api/auth/sign-up/email", limit: rateLimits.signUps, mails: "email" },
  { method: "POST", url: "/api/auth/send-verification-email", limit: rateLimits.signUps, mails: "email" },
  { method: "POST", url: "/api/auth/verify-email", limit: rateLimits.proofs },
  { method: "POST", url: "/api/auth/request-password-reset", limit: rateLimits.signUps, mails: "email" },
  { method: "POST", url: "/api/auth/reset-password", limit: rateLimits.proofs },
  { method: "POST", url: "/api/auth/change-password", limit: rateLimits.proofs },
  { method: "POST", url: "/api/auth/change-email", limit: rateLimits.proofs, mails: "newEmail" },
  { method: "POST", url: "/api/auth/change-email/confirm", limit: rateLimits.proofs },
  { method: "POST", url: "/api/auth/update-user", limit: rateLimits.proofs },
  { method: "POST", url: "/api/auth/unlock", limit: rateLimits.proofs },
  { method: "GET", url: "/api/auth/time-left" },
  { method: "GET", url: "/api/auth/devices" },
  { method: "POST", url: "/api/auth/devices/revoke" },
  { method: "POST", url: "/api/auth/devices/revoke-others" },
  { method: "POST", url: "/api/auth/devices/revoke-all" },
  { method: "POST", url: "/api/auth/confirm", limit: rateLimits.proofs },
  { method: "GET", url: "/api/auth/providers" },
  { method: "POST", url: "/api/auth/sign-in/social", limit: rateLimits.signIns },
  { method: "POST", url: "/api/auth/link-social", limit: rateLimits.proofs },
  { method: "GET", url: "/api/auth/links" },
  { method: "POST", url: "/api/auth/links/remove", limit: rateLimits.proofs },
  { method: "GET", url: "/api/auth/callback/:provider", limit: rateLimits.signIns },
  { method: "GET", url: "/api/auth/factor" },
  { method: "POST", url: "/api/auth/factor/verify", limit: rateLimits.proofs },
  { method: "POST", url: "/api/auth/factor/prepare", limit: rateLimits.proofs },
  { method: "POST", url: "/api/auth/factor/enable", limit: rateLimits.proofs },
  { method: "POST", url: "/api/auth/factor/disable", limit: rateLimits.proofs },
  { method: "POST", url: "/api/auth/factor/backup-codes", limit: rateLimits.proofs },
  { method: "POST", url: "/api/auth/factor/trusted-devices/revoke" },
];
type Route = {
  method: "GET" | "POST";
  url: string;
  /** By the address that the request comes from. */
  limit?: RateLimit;
  /** Sends a mail to the address in its body that is called so. */
  mails?: "email" | "newEmail";
  /** With a password: the one route that is not Better Auth's, since it is asked so much. */
  signsIn?: true;
};

/**
 * The address in the body, as a digest: what counts is who is mailed, and the counter need not know whom. Each route has a count of its own:
 * whoever asks for another kind of mail, which is perhaps not even sent, keeps nobody from a new password.
 */
const addressee =
  (url: string, name: "email" | "newEmail") =>
  ({ body }: FastifyRequest): Counted => {
    const email = (body as Record<string, unknown> | undefined)?.[name];
    return { of: [url, digestOf(typeof email === "string" ? email : "")] };
  };

/** Signing in and out, by Better Auth's own protocol. */
export async function accountRoutes(app: FastifyInstance, { accounts, config }: ApiOptions): Promise<void> {
  for (const { method, url, limit, mails, signsIn } of routes) {
    const mailed = mails && addressee(url, mails);
    app.route({
      method,
      url,
      bodyLimit: 4 * 1024,
      onRequest: limit ? [limitRate(app, limit)] : [],
      preHandler: mailed ? [limitRate(app, rateLimits.mailsToAddress, { of: mailed })] : [],
      async handler(request, reply) {
        if (signsIn) {
          const { "user-agent": userAgent, cookie = "" } = request.headers;
          const origin = { ip: request.ip, userAgent: userAgent?.slice(0, 500) ?? null };
          const { status, body, headers } = await accounts.signIn({ body: request.body, cookie, origin });
          for (const [name, value] of headers) reply.header(name, value);
          return reply.code(status).send(body);
        }
        const headers = new Headers();
        for (const [name, value] of Object.entries(request.headers)) {
          if (typeof value === "string" && name !== "content-length") headers.set(name, value);
        }
        headers.set("x-forwarded-for", request.ip);
        const body = method === "POST" ? { body: JSON.stringify(request.body ?? {}) } : {};
        const answer = await accounts.handle(
          new Request(new URL(request.url, config.api.url), { method, headers, ...body }),
        );
        // Nothing was mailed: a wrong password, or nobody who is signed in.
        if (mailed && !answer.ok)
          await app.rateLimiter?.giveBack({ limit: rateLimits.mailsToAddress, of: mailed(request) });
        reply.code(answer.status);
        for (const [name, value] of answer.headers) if (name !== "set-cookie") reply.header(name, value);
        for (const cookie of answer.headers.getSetCookie()) reply.header("set-cookie", cookie);
        return reply.send(await answer.text());
      },
    });
  }
}

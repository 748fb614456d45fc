import { rateLimits } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import type { FastifyInstance } from "fastify";
import type { ApiOptions } from "./create-api.ts";
import { limitRate } from "./rate-limit.ts";

// What Better Auth can do beyond this comes with the pages for it: what nobody needs yet, nobody can attack.
const routes = [
  { method: "POST", url: "/api/auth/sign-in/email", limit: rateLimits.signIns },
  { method: "POST", url: "/api/auth/sign-out", limit: undefined },
  { method: "GET", url: "/api/auth/devices", limit: undefined },
  { method: "POST", url: "/api/auth/devices/revoke", limit: undefined },
  { method: "POST", url: "/api/auth/devices/revoke-others", limit: undefined },
  { method: "POST", url: "/api/auth/devices/revoke-all", limit: undefined },
] as const;

/** Signing in and out, by Better Auth's own protocol. */
export async function accountRoutes(app: FastifyInstance, { accounts, config }: ApiOptions): Promise<void> {
  for (const { method, url, limit } of routes) {
    app.route({
      method,
      url,
      bodyLimit: 4 * 1024,
      onRequest: limit ? [limitRate(app, limit)] : [],
      async handler(request, reply) {
        // Better Auth asks for the origin only when a cookie came along; signing in is to be protected without one, too.
        if (method === "POST" && request.headers.origin !== config.dashboard.origin)
          throw new AppError("origin.not_allowed");
        const headers = new Headers();
        for (const [name, value] of Object.entries(request.headers)) {
          if (typeof value === "string" && name !== "content-length") headers.set(name, value);
        }
        headers.set("x-forwarded-for", request.ip);
        const body = method === "POST" ? { body: JSON.stringify(request.body ?? {}) } : {};
        const answer = await accounts.handle(
          new Request(new URL(request.url, config.api.url), { method, headers, ...body }),
        );
        reply.code(answer.status);
        for (const [name, value] of answer.headers) if (name !== "set-cookie") reply.header(name, value);
        for (const cookie of answer.headers.getSetCookie()) reply.header("set-cookie", cookie);
        return reply.send(await answer.text());
      },
    });
  }
}

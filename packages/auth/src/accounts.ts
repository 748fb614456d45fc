import { randomUUID } from "node:crypto";
import { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError } from "better-auth/api";
import type { OnAccountEvent } from "./account-events.ts";
import * as schema from "./accounts-schema.ts";
import { hashPassword, verifyPassword } from "./passwords/hash-password.ts";
import { passwordLength } from "./passwords/password-length.ts";
import { isTooOld, sessionHooks, sessionOptions } from "./sessions/session-lifetime.ts";
import { signInEvents } from "./sessions/sign-in-events.ts";

export type AccountsOptions = {
  db: Database;
  secret: string;
  /** The api's own public address. */
  apiUrl: string;
  /** Origins of the apps whose pages may sign in. */
  appOrigins: readonly string[];
  onEvent?: OnAccountEvent | undefined;
};

export type User = { id: UserId; name: string; email: string };

/** Logins and sessions. Its tables are a schema of their own, which only the role `auth` sees. */
export type Accounts = {
  /** Answers /api/auth/*, as Better Auth's documentation describes it. @throws what the database throws */
  handle(request: Request): Promise<Response>;
  /**
   * Whose session the request's cookie is; undefined for none, an expired one, or one older than 8 hours.
   *
   * @throws what the database throws
   */
  findSession(headers: Headers): Promise<{ user: User; headers: Headers } | undefined>;
  /** Makes a login, or finds the one that has this e-mail address. @throws when the password is out of bounds */
  ensureUser(user: { email: string; name: string; password: string }): Promise<UserId>;
};

/** A concern has a folder here, and joins as a plugin: its endpoints, hooks and tables are its own. */
export function createAccounts({ db, secret, apiUrl, appOrigins, onEvent }: AccountsOptions): Accounts {
  const tell: OnAccountEvent = onEvent ?? (async () => {});
  const auth = betterAuth({
    appName: "Parley",
    baseURL: apiUrl,
    basePath: "/api/auth",
    secret,
    trustedOrigins: [...appOrigins],
    database: drizzleAdapter(db.authDatabase(), { provider: "pg", schema, transaction: true }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    session: sessionOptions,
    databaseHooks: { session: sessionHooks },
    plugins: [signInEvents(tell)],
    // The api has limits for all of its routes.
    rateLimit: { enabled: false },
    logger: { disabled: true },
    // What is no answer to the client: by itself it would be printed to the console.
    onAPIError: { throw: true },
    telemetry: { enabled: false },
    advanced: {
      // Both are off by default when NODE_ENV is "test", which would make their tests worthless.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      database: { generateId: () => randomUUID() },
      ipAddress: { ipAddressHeaders: ["x-forwarded-for"] },
      cookiePrefix: "parley",
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
    },
  });

  return {
    handle: (request) => auth.handler(request),

    async findSession(headers) {
      const found = await auth.api.getSession({ headers, returnHeaders: true }).catch(toOwnFailure);
      if (!found?.response) return undefined;
      const { user, session } = found.response;
      if (isTooOld(session)) return undefined;
      return {
        user: { id: UserId.parse(user.id), name: user.name, email: user.email },
        headers: found.headers,
      };
    },

    async ensureUser({ email, name, password }) {
      const { internalAdapter } = await auth.$context;
      const known = await internalAdapter.findUserByEmail(email);
      if (known) return UserId.parse(known.user.id);
      if (password.length < passwordLength.min || password.length > passwordLength.max) {
        throw new Error(`A password has ${passwordLength.min} to ${passwordLength.max} characters`);
      }
      const user = await internalAdapter.createUser({ email, name, emailVerified: true }, { method: "admin" });
      await internalAdapter.linkAccount({
        userId: user.id,
        providerId: "credential",
        accountId: user.id,
        password: await hashPassword(password),
      });
      return UserId.parse(user.id);
    },
  };
}

/** Better Auth wraps what failed; and a session that ends while it is being prolonged it takes for a failure. */
function toOwnFailure(error: unknown): undefined {
  if (!(error instanceof APIError)) throw error;
  if (error.statusCode === 401) return undefined;
  throw error.cause ?? error;
}

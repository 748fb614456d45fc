import { randomUUID } from "node:crypto";
import { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import type { OnAccountEvent } from "./account-events.ts";
import * as schema from "./accounts-schema.ts";
import { hashPassword, verifyPassword } from "./passwords/hash-password.ts";
import { passwordLength } from "./passwords/password-length.ts";
import { devices } from "./sessions/devices.ts";
import { cookiesOf, withSession } from "./sessions/session-cookie.ts";
import { sessionOptions, sessionRules } from "./sessions/session-rules.ts";
import { type FoundSession, Sessions } from "./sessions/sessions.ts";
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
   * Whose session the request's cookie is; undefined for none, or one that has ended. The answer takes its `headers` along.
   *
   * @param options.background whether the page sent the request by itself, which is no activity; by default its headers say so
   * @throws what the database throws
   */
  findSession(headers: Headers, options?: { background?: boolean }): Promise<FoundSession | undefined>;
  /** What the user may do has changed: their sessions get new tokens. */
  renewSessions(userId: UserId): Promise<void>;
  /** Makes a login, or finds the one that has this e-mail address. @throws when the password is out of bounds */
  ensureUser(user: { email: string; name: string; password: string }): Promise<UserId>;
};

/** A concern has a folder here, and joins as a plugin: its endpoints, hooks and tables are its own. */
export function createAccounts({ db, secret, apiUrl, appOrigins, onEvent }: AccountsOptions): Accounts {
  const tell: OnAccountEvent = onEvent ?? (async () => {});
  const cookies = cookiesOf(apiUrl);
  const sessions = new Sessions({ db, secret, cookies });
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
    plugins: [signInEvents(tell), sessionRules(), devices({ db, onEvent: tell })],
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
      // Its own prefix would be `__Secure-`, which a sibling host can set.
      useSecureCookies: false,
      cookiePrefix: cookies.prefix,
      defaultCookieAttributes: cookies.attributes,
    },
  });

  return {
    async handle(request) {
      const found = await sessions.find(request.headers);
      const headers = withSession(request.headers, cookies, found?.token, secret);
      const answer = await auth.handler(new Request(request, { headers }));
      const setsOne = answer.headers.getSetCookie().some((cookie) => cookie.startsWith(`${cookies.session}=`));
      if (!setsOne)
        for (const cookie of found?.headers.getSetCookie() ?? []) answer.headers.append("set-cookie", cookie);
      return answer;
    },

    findSession: (headers, options) => sessions.find(headers, options),
    renewSessions: (userId) => sessions.renewAll(userId),

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

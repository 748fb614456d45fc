import { randomUUID } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError } from "better-auth/api";
import * as schema from "./accounts-schema.ts";

/** OWASP Password Storage Cheat Sheet: Argon2id, 19 MiB, 2 passes, 1 lane. The library's enum can't be imported: 2 is Argon2id. */
const argon2id = {
  algorithm: 2,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} as const;

/** NIST SP 800-63B-4, 3.1.1.2: a password that stands alone has at least 15 characters. */
const passwordLength = { min: 15, max: 128 } as const;

const idleSeconds = 30 * 60;
const absoluteMs = 8 * 3600 * 1000;

export type AccountsOptions = {
  db: Database;
  secret: string;
  /** The api's own public address. */
  apiUrl: string;
  /** Origins of the apps whose pages may sign in. */
  appOrigins: readonly string[];
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

export function createAccounts({ db, secret, apiUrl, appOrigins }: AccountsOptions): Accounts {
  const auth = betterAuth({
    appName: "Parley",
    baseURL: apiUrl,
    basePath: "/api/auth",
    secret,
    trustedOrigins: [...appOrigins],
    database: drizzleAdapter(db.authDatabase(), {
      provider: "pg",
      schema,
      transaction: true,
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
      password: {
        hash: (password) => hash(password, argon2id),
        verify: ({ hash: known, password }) => verify(known, password),
      },
    },
    session: {
      expiresIn: idleSeconds,
      updateAge: 60,
      cookieCache: { enabled: false },
    },
    databaseHooks: {
      session: {
        create: {
          // Without "remember me" Better Auth would give a session a day, whatever `expiresIn` says.
          before: async (session) => ({
            data: {
              ...session,
              expiresAt: new Date(Date.now() + idleSeconds * 1000),
            },
          }),
        },
      },
    },
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
      if (Date.now() - session.createdAt.getTime() > absoluteMs) return undefined;
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
        password: await hash(password, argon2id),
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

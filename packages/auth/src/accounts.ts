import { randomUUID } from "node:crypto";
import { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { Cache } from "@parley/platform/redis-cache";
import { betterAuth, type GenericEndpointContext } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { isAPIError } from "better-auth/api";
import { type OnAccountEvent, originOf } from "./account-events.ts";
import { type AccountMail, linksTo, noMail } from "./account-mail.ts";
import * as schema from "./accounts-schema.ts";
import { createAfterwards } from "./afterwards.ts";
import { changeEmail } from "./email/change-email.ts";
import { Factors } from "./factors/factors.ts";
import { type FactorReset, resetFactor } from "./factors/reset-factor.ts";
import { secondFactor } from "./factors/second-factor.ts";
import { Attempts } from "./lockout/attempts.ts";
import { rememberDevice } from "./lockout/known-device.ts";
import { proofLimits } from "./lockout/proof-limits.ts";
import { createTellLocked } from "./lockout/tell-locked.ts";
import { unlocking } from "./lockout/unlocking.ts";
import { accountLinks } from "./oauth/links.ts";
import type { SignInProvider } from "./oauth/openid-provider.ts";
import { listProviders, signInProviders } from "./oauth/sign-in-providers.ts";
import { withWholeLinks } from "./oauth/with-whole-links.ts";
import { hashPassword, verifyPassword } from "./passwords/hash-password.ts";
import { judgePassword } from "./passwords/judge-password.ts";
import { passwords } from "./passwords/passwords.ts";
import { profile } from "./profile/profile.ts";
import { withCurrentSession } from "./sessions/current-session.ts";
import { devices } from "./sessions/devices.ts";
import { withSessionById } from "./sessions/session-by-id.ts";
import { cookiesOf, withSession } from "./sessions/session-cookie.ts";
import { sessionOptions, sessionRules } from "./sessions/session-rules.ts";
import { type FoundSession, Sessions } from "./sessions/sessions.ts";
import { signInEvents } from "./sessions/sign-in-events.ts";
import { timeLeft } from "./sessions/time-left.ts";
import { createSignIn, type SignInRequest } from "./sign-in/sign-in.ts";
import { type SignUpRules, signUp } from "./sign-up/sign-up.ts";
import { createWorkspaces, type MakeWorkspace } from "./sign-up/workspaces.ts";

export type AccountsOptions = {
  db: Database;
  secret: string;
  /** The api's own public address. */
  apiUrl: string;
  /** Origins of the apps whose pages may sign in. */
  appOrigins: readonly string[];
  onEvent?: OnAccountEvent | undefined;
  /** Where the links of mails lead; the first of the origins when left out. */
  dashboardUrl?: string | undefined;
  mail?: AccountMail | undefined;
  /** Told of what failed after its request was answered. */
  onError?: ((error: unknown) => void) | undefined;
  /** Spares the database most questions about sessions; PostgreSQL stays the truth. */
  sessionCache?: Cache | undefined;
  /** Others who say who a person is. */
  providers?: readonly SignInProvider[] | undefined;
  /** Who may sign up; nobody when left out. */
  signUp?: SignUpRules | undefined;
  /** What the accounts ask of the product, which knows what a workspace is. */
  product?: AccountProduct | undefined;
};

export type AccountProduct = {
  makeWorkspace: MakeWorkspace;
  /** Names of the workspaces that the user belongs to. */
  namesAround(userId: UserId): Promise<string[]>;
  /** The user has another name from now on. */
  onRenamed(userId: UserId, name: string): Promise<void>;
};

const noProduct: AccountProduct = {
  makeWorkspace: () => Promise.reject(new Error("these accounts were given nothing to make workspaces with")),
  namesAround: async () => [],
  onRenamed: async () => {},
};

export type User = { id: UserId; name: string; email: string };

/** Logins and sessions. Its tables are a schema of their own, which only the role `auth` sees. */
export type Accounts = {
  /** Answers /api/auth/*, as Better Auth's documentation describes it. @throws what the database throws */
  handle(request: Request): Promise<Response>;
  /** Answers POST /api/auth/sign-in/email, without the way over a `Request`. @throws what the database throws */
  signIn(request: SignInRequest): Promise<{ status: number; body: object; headers: [string, string][] }>;
  /**
   * Whose session the request's cookie is; undefined for none, or one that has ended. The answer takes its `headers` along.
   *
   * @param options.background whether the page sent the request by itself, which is no activity; by default its headers say so
   * @throws what the database throws
   */
  findSession(headers: Headers, options?: { background?: boolean; renew?: boolean }): Promise<FoundSession | undefined>;
  /**
   * The same headers with the session cookie that its present one has replaced: to tell what is made for that one from what is made for
   * nobody. It opens nothing, but for the moment in which `findSession` takes it. Undefined when there was no other, or without a session.
   *
   * @throws what the database throws
   */
  withFormerSession(headers: Headers): Promise<Headers | undefined>;
  /** Until everything is done that answers did not wait for. */
  settled(): Promise<void>;
  /**
   * Takes the second factor from whoever has the address, ends their sessions and tells them by mail.
   *
   * @param ip where the order came from
   * @throws what the database throws
   */
  resetFactor(email: string, ip?: string): Promise<FactorReset>;
  /** Makes a login, or finds the one that has this e-mail address. @throws when the password is none for a new account */
  ensureUser(user: { email: string; name: string; password: string }): Promise<UserId>;
};

const signInPath = "/sign-in/email";

/** A concern has a folder here, and joins as a plugin: its endpoints, hooks and tables are its own. */
export function createAccounts(options: AccountsOptions): Accounts {
  const { db, secret, apiUrl, appOrigins, mail = noMail, product = noProduct, providers = [] } = options;
  const { signUp: rules = { who: "closed" } } = options;
  const onEvent: OnAccountEvent = options.onEvent ?? (async () => {});
  const afterwards = createAfterwards({ onError: options.onError ?? (() => {}) });
  const links = linksTo(options.dashboardUrl ?? appOrigins[0] ?? apiUrl);
  const workspaces = createWorkspaces({ db, make: product.makeWorkspace });
  const cookies = cookiesOf(apiUrl);
  const sessions = new Sessions({ db, secret, cookies, cache: options.sessionCache });
  const attempts = new Attempts({ db, secret });
  const factors = new Factors({ db, secret, attempts });
  const tellLocked = createTellLocked({ db, attempts, mail, links, onEvent });
  const signIn = createSignIn({ db, secret, cookies, attempts, factors, workspaces, tellLocked, afterwards, onEvent });
  /** One that is configured no more is called by its id. */
  const nameOf = (provider: string) => providers.find(({ id }) => id === provider)?.name ?? provider;
  const onKnown = (context: GenericEndpointContext, email: string) => rememberDevice(context, { db, attempts, email });
  const auth = betterAuth({
    appName: "Parley",
    baseURL: apiUrl,
    basePath: "/api/auth",
    // There is one way to sign in with a password, and it is ours.
    disabledPaths: [signInPath],
    secret,
    trustedOrigins: [...appOrigins],
    database: withSessionById(
      withWholeLinks((database) => drizzleAdapter(database, { provider: "pg", schema, transaction: true }), {
        db,
        mail,
        links,
        nameOf,
      }),
    ),
    emailAndPassword: {
      enabled: true,
      // Whoever has not confirmed their address has no session.
      requireEmailVerification: true,
      // Passwords are judged where they are chosen; here is what is hashed at all, in UTF-16 code units.
      minPasswordLength: 1,
      maxPasswordLength: 1_000,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    session: sessionOptions,
    // Nobody becomes the owner of an account because somebody else says that they have its address.
    account: { accountLinking: { disableImplicitLinking: true }, updateAccountOnSignIn: false },
    plugins: [
      // The first: nothing else comes after a callback that has come to nothing.
      signInProviders(providers, { db, mayRegister: rules.who === "open" }),
      secondFactor({
        sessions,
        afterwards,
        factors,
        attempts,
        links,
        mail,
        onEvent,
        async tellLocked(context, subject) {
          const user = await context.context.internalAdapter.findUserById(subject.of);
          if (user) await tellLocked(originOf(context.headers), user, subject);
        },
        onSignedIn: onKnown,
      }),
      unlocking({ db, attempts, onEvent }),
      signUp({ db, mail, links, rules, workspaces, afterwards, onEvent }),
      passwords({
        db,
        mail,
        links,
        attempts,
        workspaces,
        afterwards,
        ...product,
        hasSecondFactor: (userId) => factors.isEnabled(userId),
        onEvent,
        onKnown,
      }),
      proofLimits({ attempts, tellLocked, onEvent }),
      changeEmail({
        db,
        mail,
        links,
        hasSecondFactor: (userId) => factors.isEnabled(userId),
        onEvent,
        onKnown,
      }),
      profile({ db, ...product, onEvent }),
      signInEvents({ db, afterwards, onEvent }),
      sessionRules(),
      devices({ db, onEvent }),
      timeLeft({ db }),
      listProviders(providers),
      accountLinks({ db, sessions, mail, links, providers, nameOf, onEvent }),
    ],
    // The api has limits for all of its routes.
    rateLimit: { enabled: false },
    logger: { disabled: true },
    // What is no answer to the client: by itself it would be printed to the console.
    onAPIError: { throw: true, errorURL: links.signIn },
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

  const accounts: Accounts = {
    async handle(request) {
      if (request.method === "POST" && new URL(request.url).pathname === `/api/auth${signInPath}`) {
        const cookie = request.headers.get("cookie") ?? "";
        const given = { body: await request.json(), cookie, origin: originOf(request.headers) };
        const { status, body, headers } = await accounts.signIn(given);
        return Response.json(body, { status, headers });
      }
      const found = await sessions.find(request.headers);
      const headers = withSession(request.headers, cookies, found?.token, secret);
      const answer = await withCurrentSession(found, () => auth.handler(new Request(request, { headers })));
      // Whatever was done, this browser sees it with its next request.
      if (request.method !== "GET") await sessions.forget(request.headers.get("cookie") ?? "");
      const setsOne = answer.headers.getSetCookie().some((cookie) => cookie.startsWith(`${cookies.session}=`));
      if (!setsOne)
        for (const cookie of found?.headers.getSetCookie() ?? []) answer.headers.append("set-cookie", cookie);
      return answer;
    },

    async signIn(request) {
      try {
        const { answer, setCookies } = await signIn(request);
        const headers = setCookies.map((cookie): [string, string] => ["set-cookie", cookie]);
        return { status: 200, body: answer, headers };
      } catch (error) {
        if (!isAPIError(error)) throw error;
        const headers = [...new Headers(error.headers)];
        return { status: error.statusCode, body: error.body ?? {}, headers };
      } finally {
        await sessions.forget(request.cookie);
      }
    },

    settled: () => afterwards.settled(),

    findSession: (headers, options) => sessions.find(headers, options),

    withFormerSession: (headers) => sessions.withFormerToken(headers),

    resetFactor: (email, ip) => resetFactor({ db, factors, attempts, mail, links, onEvent }, email, ip ?? null),

    async ensureUser({ email, name, password }) {
      const { internalAdapter } = await auth.$context;
      const known = await internalAdapter.findUserByEmail(email);
      if (known) return UserId.parse(known.user.id);
      const fault = judgePassword(password, { known: [email, name] });
      if (fault) throw new Error(`The password can't be used: ${fault}`);
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
  return accounts;
}

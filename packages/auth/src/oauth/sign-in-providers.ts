import { accountEndpoints } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint, createAuthMiddleware } from "better-auth/api";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import { requireFreshSession } from "../sessions/current-session.ts";
import { openIdProvider, type SignInProvider } from "./openid-provider.ts";

/**
 * Signing in by OpenID Connect: authorization code with PKCE, a state bound to the browser by a cookie, a nonce, and ID tokens whose
 * signature, issuer and audience are checked. An address counts only when the provider vouches for it, and never makes anybody the owner
 * of an account that is there already: an account is linked by its owner, signed in, who has just proved who they are.
 */
export function signInProviders(
  providers: readonly SignInProvider[],
  { db, mayRegister }: { db: Database; mayRegister: boolean },
) {
  const made = providers.map((provider) => openIdProvider(provider, { mayRegister }));
  let bound: Promise<unknown> | undefined;
  /** Accounts of earlier releases are of the issuer that is configured now; once in each process, as soon as it has said its name. */
  async function bindToIssuer(issuer: string): Promise<void> {
    bound ??= db.authDatabase().execute(sql`
      update auth.account set account_id = '[' || to_json(${issuer}::text) || ',' || to_json(account_id) || ']'
      where provider_id = 'oidc' and account_id not like '["%'`);
    await bound.catch((error: unknown) => {
      bound = undefined;
      throw error;
    });
  }
  /** Nothing is asked of a provider once somebody is signed in. */
  const withoutTokens = async (account: object) => ({
    data: { ...account, accessToken: null, refreshToken: null, idToken: null },
  });
  return {
    id: "parley-sign-in-providers",
    init: (context) => ({
      context: { socialProviders: [...made, ...context.socialProviders] },
      options: { databaseHooks: { account: { create: { before: withoutTokens }, update: { before: withoutTokens } } } },
    }),
    hooks: {
      before: [
        {
          matcher: ({ path }) => path === "/link-social",
          handler: createAuthMiddleware(async () => void requireFreshSession()),
        },
        {
          // An ID token in the body would sign in whoever has it: without state, PKCE and nonce, and again until it expires.
          matcher: ({ path }) => path === "/sign-in/social" || path === "/link-social",
          handler: createAuthMiddleware(async ({ body }) => {
            const { success } = accountEndpoints["POST /api/auth/sign-in/social"].body.safeParse(body);
            if (!success) throw accountError("INVALID_REQUEST");
          }),
        },
        {
          // The answer's `iss` is compared with how the provider writes it, also in a process that has not sent anybody there.
          matcher: ({ path }) => path?.startsWith("/callback/") || false,
          handler: createAuthMiddleware(async ({ params }) => {
            // Where it is out of reach, the code comes to nothing, and the person gets back to the page that they came from.
            const provider = made.find(({ id }) => id === params?.id);
            const [prepared] = await Promise.allSettled([provider?.prepare()]);
            if (provider?.id === "oidc" && provider.issuer && prepared.status === "fulfilled") {
              await bindToIssuer(provider.issuer);
            }
          }),
        },
      ],
    },
  } satisfies BetterAuthPlugin;
}

/** Which buttons a sign-in page has. */
export const listProviders = (providers: readonly SignInProvider[]) =>
  ({
    id: "parley-providers",
    endpoints: {
      listProviders: createAuthEndpoint("/providers", { method: "GET" }, async () => ({
        providers: providers.map(({ id, name }) => ({ id, name })),
      })),
    },
  }) satisfies BetterAuthPlugin;

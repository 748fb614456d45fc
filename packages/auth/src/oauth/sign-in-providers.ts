import { accountEndpoints } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { BetterAuthPlugin } from "better-auth";
import { addOAuthServerContext, createAuthEndpoint, createAuthMiddleware } from "better-auth/api";
import { accountError } from "../account-error.ts";
import { requireFreshSession } from "../sessions/current-session.ts";
import { bindToIssuer } from "./bind-to-issuer.ts";
import { noteLinkingSession } from "./linking-session.ts";
import { openIdProvider, type SignInProvider } from "./openid-provider.ts";
import { refuseUnlinked } from "./refuse-unlinked.ts";

/**
 * Signing in by OpenID Connect: authorization code with PKCE, a state bound to the browser by a cookie and to the provider, a nonce, and ID
 * tokens whose signature, issuer and audience are checked. An address counts only when the provider vouches for it, and never makes anybody
 * the owner of an account that is there already: an account is linked by its owner, signed in, who has just proved who they are.
 */
export function signInProviders(
  providers: readonly SignInProvider[],
  { db, mayRegister }: { db: Database; mayRegister: boolean },
) {
  const made = providers.map((provider) => openIdProvider(provider, { mayRegister }));
  let bound: Promise<void> | undefined;
  /** Once in each process, as soon as the issuer has said its name; again after it has failed. */
  async function bindOnce(issuer: string): Promise<void> {
    bound ??= bindToIssuer(db, issuer);
    await bound.catch((error: unknown) => {
      bound = undefined;
      throw error;
    });
  }
  /** Nothing is asked of a provider once somebody is signed in. */
  const withoutTokens = async (account: object) => ({
    data: { ...account, accessToken: null, refreshToken: null, idToken: null },
  });
  const isCallback = ({ path }: { path?: string | undefined }) => path?.startsWith("/callback/") || false;
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
          handler: createAuthMiddleware(() => noteLinkingSession(requireFreshSession())),
        },
        {
          // An ID token in the body would sign in whoever has it: without state, PKCE and nonce, and again until it expires.
          matcher: ({ path }) => path === "/sign-in/social" || path === "/link-social",
          handler: createAuthMiddleware(async ({ body }) => {
            const { data } = accountEndpoints["POST /api/auth/sign-in/social"].body.safeParse(body);
            if (!data) throw accountError("INVALID_REQUEST");
            await addOAuthServerContext({ provider: data.provider });
          }),
        },
        {
          matcher: isCallback,
          handler: createAuthMiddleware(async ({ params, query }) => {
            const provider = made.find(({ id }) => id === params?.id);
            if (!provider) return undefined;
            // As if the provider had said so: the person gets back to the page that they came from.
            const refused = (error: string) => ({ context: { query: { ...query, error } } });
            // Also in a process that has not sent anybody there: no account is looked for by a name that the provider does not write so.
            const [prepared] = await Promise.allSettled([provider.prepare()]);
            if (prepared.status === "rejected") return refused("provider_unreachable");
            const { issuer, namesItself } = prepared.value;
            if (namesItself && query?.code !== undefined && query.iss === undefined) return refused("issuer_missing");
            if (provider.id === "oidc") await bindOnce(issuer);
            return undefined;
          }),
        },
      ],
      after: [{ matcher: isCallback, handler: refuseUnlinked(db) }],
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

import { accountEndpoints } from "@parley/contracts";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint, createAuthMiddleware } from "better-auth/api";
import { genericOAuth } from "better-auth/plugins";
import { accountError } from "../account-error.ts";
import { requireFreshSession } from "../sessions/current-session.ts";

/** Somebody else who says who a person is, by OpenID Connect. */
export type SignInProvider = {
  id: "google" | "microsoft" | "oidc";
  /** As the button calls it. */
  name: string;
  /** Its address; everything else about it is discovered there, and every ID token has to be of this issuer. */
  issuer: string;
  clientId: string;
  clientSecret: string;
};

/**
 * Signing in by OpenID Connect: authorization code with PKCE, a state bound to the browser by a cookie, a nonce, and ID tokens whose
 * signature, issuer and audience are checked. An address counts only when the provider vouches for it, and never makes anybody the owner
 * of an account that is there already: an account is linked by its owner, signed in, who has just proved who they are.
 */
export function signInProviders(providers: readonly SignInProvider[], { mayRegister }: { mayRegister: boolean }) {
  return [
    genericOAuth({
      config: providers.map(({ id, name, issuer, clientId, clientSecret }) => ({
        providerId: id,
        name,
        discoveryUrl: `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
        clientId,
        clientSecret,
        scopes: ["openid", "email", "profile"],
        pkce: true,
        requireIdTokenVerification: true,
        disableSignUp: !mayRegister,
        mapProfileToUser: (profile: Record<string, unknown>) =>
          isVouchedFor(profile) ? { emailVerified: true } : { email: "", emailVerified: false },
      })),
    }),
    {
      id: "parley-linking",
      init: () => ({
        options: {
          databaseHooks: {
            account: {
              create: {
                // Nothing is asked of a provider once somebody is signed in.
                before: async (account) => ({
                  data: { ...account, accessToken: null, refreshToken: null, idToken: null },
                }),
              },
            },
          },
        },
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
        ],
      },
    } satisfies BetterAuthPlugin,
  ];
}

/** Entra ID says so with `xms_edov`, an optional claim: the domain's owner has verified the address. */
function isVouchedFor({ email_verified: verified, xms_edov: domainVerified }: Record<string, unknown>): boolean {
  return [verified, domainVerified].some((claim) => claim === true || claim === "true" || claim === 1 || claim === "1");
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

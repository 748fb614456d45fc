import { getOAuthState } from "better-auth/api";
import { authorizationCodeRequest, createAuthorizationURL, type OAuthProvider } from "better-auth/oauth2";
import { jwtVerify } from "jose";
import * as z from "zod";
import { accountError } from "../account-error.ts";
import { isEmail, nameFrom } from "../profile/names.ts";
import { accountKey } from "./bind-to-issuer.ts";
import { type Discovered, discover, providerTimeoutMs } from "./discover.ts";
import { requireLinkingSession } from "./linking-session.ts";
import { noteNamedPerson } from "./named-person.ts";

/** Somebody else who says who a person is, by OpenID Connect. */
export type SignInProvider = {
  id: "google" | "microsoft" | "oidc";
  /** As the button calls it. */
  name: string;
  /** Its address; everything else about it is discovered there, where it has to call itself so, and so has every ID token. */
  issuer: string;
  clientId: string;
  clientSecret: string;
};

const Tokens = z.object({ id_token: z.string().min(1).max(100_000), access_token: z.string().max(100_000).optional() });
const Claims = z.looseObject({ sub: z.string().min(1).max(255), email: z.string().max(254).optional() });
type Claims = z.infer<typeof Claims>;

export type OpenIdProvider = OAuthProvider & {
  /** Asks the provider what it is, if that is not known yet. @throws `PROVIDER_UNREACHABLE` */
  prepare(): Promise<Pick<Discovered, "issuer" | "namesItself">>;
};

/**
 * A provider as Better Auth wants one: authorization code with PKCE and a nonce. It has no `idToken`, by which Better Auth would take an
 * ID token from whoever sends one: here they come from the provider alone, for a code, and are looked at with the nonce of their state.
 */
export function openIdProvider(
  { id, name, issuer, clientId, clientSecret }: SignInProvider,
  { mayRegister }: { mayRegister: boolean },
): OpenIdProvider {
  const client = { clientId, clientSecret };
  let known: Promise<Discovered> | undefined;

  /** Once, for as long as the process lives; again after it has failed. */
  async function discovered(): Promise<Discovered> {
    known ??= discover(issuer);
    try {
      const found = await known;
      provider.issuer = found.issuer;
      return found;
    } catch {
      known = undefined;
      throw accountError("PROVIDER_UNREACHABLE");
    }
  }

  async function readProfile(idToken: string, accessToken: string | undefined, nonce: string): Promise<Claims> {
    const { issuer, keys, algorithms, userInfoEndpoint } = await discovered();
    const { payload } = await jwtVerify(idToken, keys, {
      issuer,
      audience: clientId,
      algorithms,
      requiredClaims: ["sub", "exp", "iat", "nonce"],
      clockTolerance: 30,
    });
    if (payload.nonce !== nonce) throw new Error("the ID token answers another request");
    if (payload.azp !== undefined && payload.azp !== clientId) throw new Error("the ID token is another client's");
    const claims = Claims.parse(payload);
    if (claims.email || !userInfoEndpoint || !accessToken) return claims;
    const answer = await fetch(userInfoEndpoint, {
      headers: { accept: "application/json", authorization: `Bearer ${accessToken}` },
      redirect: "error",
      signal: AbortSignal.timeout(providerTimeoutMs),
    });
    const more = Claims.parse(await answer.json());
    if (more.sub !== claims.sub) throw new Error("the provider tells of another person");
    return more;
  }

  /** Of the one whose address is configured freely, with its issuer: another one's same subject is another person. */
  const subjectOf = ({ sub }: Claims) => (id === "oidc" ? accountKey(provider.issuer ?? issuer, sub) : sub);

  const provider: OpenIdProvider = {
    id,
    name,
    issuer,
    requiresIdTokenNonce: true,
    disableSignUp: !mayRegister,
    options: { disableSignUp: !mayRegister },
    accountSubject: ({ profile }) => subjectOf(Claims.parse(profile)),
    prepare: discovered,
    async createAuthorizationURL({ state, codeVerifier, redirectURI, idTokenNonce }) {
      const { authorizationEndpoint } = await discovered();
      return createAuthorizationURL({
        id,
        options: client,
        authorizationEndpoint,
        state,
        codeVerifier,
        redirectURI,
        nonce: idTokenNonce,
        scopes: ["openid", "email", "profile"],
      });
    },
    async validateAuthorizationCode({ code, codeVerifier, redirectURI }) {
      // Whom this browser was sent to: one provider can't have another's answer taken for its own (RFC 9700, 4.4).
      if ((await getOAuthState())?.serverContext?.provider !== id) return null;
      const { tokenEndpoint, clientAuthentication } = await discovered();
      const request = await authorizationCodeRequest({
        code,
        codeVerifier,
        redirectURI,
        options: client,
        tokenEndpoint,
        authentication: clientAuthentication,
      });
      const answer = await fetch(tokenEndpoint, {
        method: "POST",
        ...request,
        redirect: "error",
        signal: AbortSignal.timeout(providerTimeoutMs),
      });
      if (!answer.ok) return null;
      const { id_token: idToken, access_token: accessToken } = Tokens.parse(await answer.json());
      return { idToken, accessToken };
    },
    async getUserInfo({ idToken, accessToken, expectedIdTokenNonce }) {
      // What is thrown here is answered; what is thrown while the code is exchanged is a code that does not count.
      await requireLinkingSession();
      if (!idToken || !expectedIdTokenNonce) return null;
      try {
        const data = await readProfile(idToken, accessToken, expectedIdTokenNonce);
        await noteNamedPerson({ provider: id, account: subjectOf(data), email: data.email });
        const given = data.email?.toLowerCase() ?? "";
        const email = isVouchedFor(id, data) && isEmail(given) ? given : "";
        return { user: { email, emailVerified: email !== "", name: nameFrom(data.name, email) }, data };
      } catch {
        return null; // whatever it is, it proves nothing
      }
    },
  };
  return provider;
}

/** Entra ID says so with `xms_edov`, an optional claim: the domain's owner has verified the address. Elsewhere the claim means nothing. */
function isVouchedFor(
  id: SignInProvider["id"],
  { email_verified: verified, xms_edov: domainVerified }: Claims,
): boolean {
  const claims = id === "microsoft" ? [verified, domainVerified] : [verified];
  return claims.some((claim) => claim === true || claim === "true" || claim === 1 || claim === "1");
}

import { createRemoteJWKSet, type JWTVerifyGetKey } from "jose";
import * as z from "zod";

/** Until a provider has answered: somebody waits for it. */
export const providerTimeoutMs = 5_000;

const Metadata = z.object({
  issuer: z.url(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  userinfo_endpoint: z.url().optional(),
  authorization_response_iss_parameter_supported: z.boolean().default(false),
  id_token_signing_alg_values_supported: z.array(z.string()).default(["RS256"]),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(["client_secret_basic"]),
});

/** What a provider says of itself. */
export type Discovered = {
  issuer: string;
  /** Whether whoever it sends back to us brings its name along: RFC 9207. */
  namesItself: boolean;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  userInfoEndpoint: string | undefined;
  /** By which its ID tokens are signed. */
  keys: JWTVerifyGetKey;
  algorithms: string[];
  clientAuthentication: "post" | "basic";
};

/** An issuer counts as the same with or without a slash at its end. */
export const withoutSlash = (address: string) => address.replace(/\/$/, "");

/**
 * OpenID Connect Discovery.
 *
 * @throws when the provider does not answer in time, says that it is another one (4.3), or has less safe addresses than its own
 */
export async function discover(issuer: string): Promise<Discovered> {
  const answer = await fetch(`${withoutSlash(issuer)}/.well-known/openid-configuration`, {
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(providerTimeoutMs),
  });
  if (!answer.ok) throw new Error(`the provider answered ${answer.status}`);
  const found = Metadata.parse(await answer.json());
  if (withoutSlash(found.issuer) !== withoutSlash(issuer)) throw new Error("the provider says that it is another one");
  const { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint } = found;
  const addresses = [
    authorization_endpoint,
    token_endpoint,
    jwks_uri,
    ...(userinfo_endpoint ? [userinfo_endpoint] : []),
  ];
  const allowed = issuer.startsWith("https:") ? ["https:"] : ["https:", "http:"];
  if (!addresses.every((address) => allowed.includes(new URL(address).protocol)))
    throw new Error("the provider has an address without TLS");
  // Never "none", and never a secret that both would know.
  const algorithms = found.id_token_signing_alg_values_supported.filter((name) => /^(RS|PS|ES|Ed)/.test(name));
  const isPost = found.token_endpoint_auth_methods_supported.includes("client_secret_post");
  return {
    issuer: found.issuer,
    namesItself: found.authorization_response_iss_parameter_supported,
    authorizationEndpoint: authorization_endpoint,
    tokenEndpoint: token_endpoint,
    userInfoEndpoint: userinfo_endpoint,
    keys: createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration: providerTimeoutMs }),
    algorithms,
    clientAuthentication: isPost ? "post" : "basic",
  };
}

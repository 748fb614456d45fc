import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import Provider from "oidc-provider";

/** `xms_edov`: what Entra says of an address whose domain is its owner's. */
type Person = { email: string; email_verified?: boolean; xms_edov?: boolean | string; name?: string };

/** A real OpenID provider on this machine, with pages on which whoever comes says who they are; any password will do. */
export async function startOpenIdProvider({ redirectUris }: { redirectUris: string[] }) {
  const client = { id: "parley", secret: "the client's secret, known to both" };
  /** Who is who there, by the name that they sign in with. */
  const people = new Map<string, Person>();
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: "the provider's own", alg: "RS256", use: "sig" };
  const provider = new Provider(issuer, {
    jwks: { keys: [key] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: redirectUris,
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified", "xms_edov"], profile: ["name"] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, name: "Ada", ...people.get(sub) }),
    }),
  });
  const answer = provider.callback();
  const made = {
    issuer,
    client,
    people,
    /** An ID token with its signature, whatever it says. */
    sign: (claims: JWTPayload) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256", kid: key.kid })
        .setIssuedAt()
        .setExpirationTime("5 minutes")
        .sign(privateKey),
    /** Answers in the provider's place, where it says so. */
    instead: undefined as ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  server.on("request", (request, response) => {
    if (!made.instead?.(request, response)) void answer(request, response);
  });
  return made;
}
export type OpenIdProvider = Awaited<ReturnType<typeof startOpenIdProvider>>;

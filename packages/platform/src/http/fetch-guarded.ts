import { isUtf8 } from "node:buffer";
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector, type Dispatcher, fetch as undiciFetch } from "undici";
import { type AllowedHost, names, parseAllowedHost } from "./allowed-hosts.ts";
import { FetchError } from "./fetch-error.ts";
import { isPublicAddress } from "./public-address.ts";
import { acceptedEncodings, readBody, upToBytes } from "./read-body.ts";

export type Fetched = {
  /** Where it was found at last. */
  url: URL;
  status: number;
  /** In lower case, without parameters; empty when the server says none. */
  mediaType: string;
  /** The encoding of what is text, as the server names it. */
  charset?: string | undefined;
  bytes: Buffer;
  validators: Validators;
};

/** What a server calls a version of a page: given back, they get status 304 and no bytes while that is still its version. */
export type Validators = { etag?: string | undefined; lastModified?: string | undefined };

/** In characters. */
const longestValidators = { etag: 500, lastModified: 100 };

export type FetchOptions = {
  maxBytes: number;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  validators?: Validators | undefined;
};

/** The only way out to an address that somebody gave. */
export type GuardedFetch = {
  /**
   * What a web address holds, whatever its status is; where it leads on, what it leads to.
   *
   * @throws FetchError, or the signal's reason
   */
  get(address: string, options: FetchOptions): Promise<Fetched>;
  /**
   * A call of a program, as the web's own `fetch` makes it: it sends what it is given and streams what comes, up to 16 MB. It follows no
   * redirect, which could carry a key away. How long it may take is for the signal of `init` to say.
   *
   * @throws FetchError; what `fetch` throws when the server does not answer; the signal's reason
   */
  fetch(address: string | URL, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
};

const mostRedirects = 5;
const mostResponseBytes = 16 * 1_024 * 1_024;
/** Streams last, and each holds a connection: one that waits for its turn would look like a server that says nothing. */
const callsPerHost = 256;
const connectTimeoutMs = 10_000;

/**
 * Every connection is checked where it is made, so that nothing goes around it: the name is looked up once, each of its addresses has
 * to be public, and the connection goes to these addresses and no others. A redirect is one more address that somebody gave.
 *
 * @param options.allowedHosts what may be reached besides: an inner network's hosts, or other ports; see `parseAllowedHost`
 * @param options.contact where whoever is fetched from learns who we are
 * @param options.ports that any public host may be asked at
 * @param options.resolve the addresses of a name
 */
export function createGuardedFetch({
  allowedHosts,
  contact,
  ports = [80, 443],
  resolve = resolveBySystem,
}: {
  allowedHosts: readonly string[];
  contact: string;
  ports?: readonly number[];
  resolve?: (hostname: string) => Promise<string[]>;
}): GuardedFetch {
  const allowed = allowedHosts.map((entry) => {
    const host = parseAllowedHost(entry);
    if (!host) throw new Error(`no host, address or network: ${entry}`);
    return host;
  });
  const connect: buildConnector.connector = ({ hostname, port, protocol, ...rest }, callback) => {
    const target = { hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) };
    addressesOf(target.hostname, resolve).then(
      (addresses) => {
        const isOpen = addresses.every((address) => mayReach({ ...target, address }, { allowed, ports }));
        if (!isOpen) return callback(new FetchError("refused"), null);
        const connector = buildConnector({ allowH2: false, timeout: connectTimeoutMs, lookup: pinned(addresses) });
        connector({ hostname, port, protocol, ...rest }, callback);
      },
      (error: Error) => callback(error, null),
    );
  };
  const agent = new Agent({ allowH2: false, connections: 4, connect });
  const callAgent = new Agent({ allowH2: false, connections: callsPerHost, connect });
  const userAgent = `ParleyBot/1.0 (+${contact})`;
  const always = {
    "user-agent": userAgent,
    accept: "text/html, text/markdown, text/plain;q=0.9, */*;q=0.5",
    "accept-encoding": acceptedEncodings,
  };

  async function get(address: string, options: FetchOptions & { signal: AbortSignal }): Promise<Fetched> {
    const { maxBytes, signal, validators } = options;
    const headers = { ...always, ...conditionsOf(validators) };
    let url = parseWebAddress(address);
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const response = await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: "GET",
        headers,
        signal,
      });
      const location = redirectOf(response);
      if (location === undefined) {
        const encoding = textOf(response.headers["content-encoding"]);
        const bytes = await readBody(response.body, { encoding, maxBytes, signal });
        return {
          url,
          status: response.statusCode,
          mediaType: mediaTypeOf(response),
          charset: charsetOf(response),
          bytes,
          validators: validatorsOf(response),
        };
      }
      await response.body.dump({ limit: 16_384, signal });
      url = parseWebAddress(location, url);
    }
    throw new FetchError("too_many_redirects");
  }

  return {
    async get(address, options) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const signal = AbortSignal.any(options.signal ? [timeout, options.signal] : [timeout]);
      try {
        return await get(address, { ...options, signal });
      } catch (error) {
        if (error instanceof FetchError) throw error;
        options.signal?.throwIfAborted();
        throw new FetchError(timeout.aborted ? "too_slow" : "unreachable", { cause: error });
      }
    },
    async fetch(address, init = {}) {
      const headers = new Headers(init.headers);
      headers.set("user-agent", userAgent);
      const options = { ...init, headers: Object.fromEntries(headers), redirect: "error", dispatcher: callAgent };
      try {
        const { body, ...response } = await call(parseWebAddress(String(address)), options);
        return new Response(body?.pipeThrough(upToBytes(mostResponseBytes)), response);
      } catch (error) {
        const cause = error instanceof TypeError ? error.cause : undefined;
        throw cause instanceof FetchError ? cause : error;
      }
    },
    close: async () => {
      await Promise.all([agent.destroy(), callAgent.destroy()]);
    },
  };
}

/** undici's `fetch` takes the agent along, and its types are its own, where the web's mean the same. */
async function call(url: URL, init: object) {
  const { body, status, statusText, headers } = await undiciFetch(url, init);
  return { body: body as ReadableStream<Uint8Array> | null, status, statusText, headers: Object.fromEntries(headers) };
}

/** @throws FetchError `invalid` */
function parseWebAddress(address: string, base?: URL): URL {
  const url = URL.parse(address, base?.href);
  const isWeb = url && (url.protocol === "http:" || url.protocol === "https:") && url.username + url.password === "";
  if (!isWeb) throw new FetchError("invalid");
  url.hostname = url.hostname.replace(/\.$/, "");
  return url;
}

function mayReach(
  to: { hostname: string; address: string; port: number },
  { allowed, ports }: { allowed: readonly AllowedHost[]; ports: readonly number[] },
): boolean {
  const isUsual = ports.includes(to.port);
  const isAllowed = allowed.some(
    (host) => (host.port === undefined ? isUsual : host.port === to.port) && names(host, to),
  );
  return isAllowed || (isUsual && isPublicAddress(to.address));
}

async function addressesOf(hostname: string, resolve: (hostname: string) => Promise<string[]>): Promise<string[]> {
  if (isIP(hostname) !== 0) return [hostname];
  const addresses = await resolve(hostname);
  if (addresses.length === 0) throw new FetchError("unreachable");
  return addresses;
}

const resolveBySystem = async (hostname: string) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/** For the socket: what was checked is what it gets. */
function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, { all: isAllWanted }, callback) => {
    if (isAllWanted) callback(null, all);
    else callback(null, all[0]?.address ?? "", all[0]?.family);
  };
}

const textOf = (header: string | string[] | undefined) => [header ?? ""].flat().join(", ");

const mediaTypeOf = ({ headers }: Dispatcher.ResponseData) =>
  textOf(headers["content-type"]).split(";", 1)[0]?.trim().toLowerCase() ?? "";

const charsetOf = ({ headers }: Dispatcher.ResponseData) =>
  /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(textOf(headers["content-type"]))?.[1];

const conditionsOf = ({ etag, lastModified }: Validators = {}) => ({
  ...(etag !== undefined && { "if-none-match": etag }),
  ...(lastModified !== undefined && { "if-modified-since": lastModified }),
});

function validatorsOf({ headers }: Dispatcher.ResponseData): Validators {
  const [etag, lastModified] = [textOf(headers.etag), textOf(headers["last-modified"])];
  return {
    ...(etag !== "" && etag.length <= longestValidators.etag && { etag }),
    ...(lastModified !== "" && lastModified.length <= longestValidators.lastModified && { lastModified }),
  };
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData): string | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return undefined;
  // Its bytes are letters of UTF-8, if they are some, and else those of Latin 1 that the client takes them for.
  const location = textOf(headers.location);
  const inUtf8 = Buffer.from(location, "latin1");
  return isUtf8(inUtf8) ? inUtf8.toString() : location;
}

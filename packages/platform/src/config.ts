import { BlockList, isIP } from "node:net";
import * as z from "zod";
import { parseAllowedHost } from "./http/allowed-hosts.ts";

/** A failure to read the configuration. Its message lists every fault at once, and never a value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const whole = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error, abort: true })
    .transform(Number)
    .refine((value) => value >= least && value <= most, error);
};
const port = () => whole(1, 65_535);
const milliseconds = () => whole(1, 3_600_000);
const dollars = () => {
  const error = "must be a number of US dollars, as 0.25";
  return z
    .string()
    .regex(/^\d{1,6}(\.\d{1,9})?$/, { error, abort: true })
    .transform(Number);
};
const secret = () => z.string("is needed: 32 characters or more").min(32, "must have 32 characters or more");
const oneOf = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, { error: `must be one of ${values.join(", ")}` });

/** An address that is used as a prefix, without the slash at its end. */
const url = (...protocols: string[]) => {
  const error = `must be a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(" or ")}`;
  return z
    .string()
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)), error)
    .transform((value) => value.replace(/\/+$/, ""));
};
const postgresUrl = () => url("postgres", "postgresql");

const sender = () =>
  z
    .string()
    .max(320)
    .refine((value) => {
      const address = /^[^<>\p{Cc}]*<([^<>\s]+)>$/u.exec(value)?.[1] ?? value;
      return z.email().safeParse(address).success || /^[\w.+-]+@localhost$/.test(address);
    }, 'must be an address, or a name and an address: "Parley <parley@example.com>"');

const networks = () =>
  z.string().transform((text, context) => {
    const list = text.split(",").map((entry) => entry.trim());
    if (list.every(isNetwork)) return list;
    context.addIssue({ code: "custom", message: "must be IP addresses or networks (10.0.0.0/8), separated by commas" });
    return z.NEVER;
  });

const hosts = () =>
  z.string().transform((text, context) => {
    const list = text.split(",").map((entry) => entry.trim());
    if (list.every(parseAllowedHost)) return list;
    context.addIssue({
      code: "custom",
      message: "must be names, IP addresses or networks (10.0.0.0/8), each with a port or without, separated by commas",
    });
    return z.NEVER;
  });

function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  if (!/^\d{1,3}$/.test(prefix)) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix), version === 4 ? "ipv4" : "ipv6");
    return true;
  } catch {
    return false; // how BlockList says that the prefix is out of range
  }
}

/** Where a default isn't a plain value, `otherwise` says in words what an unset variable means. */
const settings = {
  NODE_ENV: oneOf("development", "test", "production")
    .default("development")
    .describe("What the defaults below are made for"),
  LOG_LEVEL: oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent")
    .default("info")
    .describe("The least that is logged"),
  LOG_FORMAT: oneOf("json", "pretty").optional().meta({
    description: "One JSON object a line, or lines for people",
    otherwise: "`json` in production, else `pretty`",
  }),
  HOST: z.string().default("localhost").describe("The address that every server of ours listens on; `0.0.0.0` is all"),
  API_PORT: port().default(3001).describe("Port of the api"),
  REALTIME_PORT: port().default(3002).describe("Port of the realtime service"),
  DASHBOARD_PORT: port().default(5174).describe("Port of the dashboard, when this process serves it"),
  WIDGET_PORT: port()
    .default(5176)
    .describe("Port of the widget's script and its demo page, when this process serves them"),
  API_URL: url("http", "https").optional().meta({
    description: "Where browsers reach the api; in production by https, unless that is this machine",
    otherwise: "`http://localhost:` and `API_PORT`",
  }),
  REALTIME_URL: url("ws", "wss").optional().meta({
    description: "Where browsers reach the realtime service",
    otherwise: "`ws://localhost:` and `REALTIME_PORT`",
  }),
  DASHBOARD_URL: url("http", "https").optional().meta({
    description: "Where browsers reach the dashboard: the one origin whose sign-in the api accepts",
    otherwise: "`http://localhost:` and `DASHBOARD_PORT`",
  }),
  WIDGET_URL: url("http", "https").optional().meta({
    description: "Where browsers get the widget's script",
    otherwise: "`http://localhost:` and `WIDGET_PORT`",
  }),
  TRUSTED_PROXIES: networks().optional().meta({
    description: "Proxies whose `X-Forwarded-For` is believed: addresses or networks, separated by commas",
    otherwise: "none",
  }),
  FETCH_ALLOWED_HOSTS: hosts().optional().meta({
    description:
      "What may be fetched from besides the public internet at ports 80 and 443: names, addresses or networks of an inner network, each with a port or without, separated by commas (`wiki.example.com,10.0.0.0/8:8080`)",
    otherwise: "none",
  }),
  RATE_LIMITS: oneOf("on", "off")
    .default("on")
    .describe("`off` lets in any number of requests over HTTP: for measurements and tests, and nothing else"),
  RATE_LIMIT_DEADLINE_MS: milliseconds()
    .default(500)
    .describe("How long Redis may take to count a request, before a process counts for itself and refuses sign-ins"),
  PARLEY_DATA_DIR: z
    .string()
    .default("data")
    .describe("Folder of the embedded database and of what the first start makes"),
  PARLEY_SECRET: secret().meta({
    description: "Signs sessions and tokens; 32 characters or more, the same for all processes",
    otherwise: "needed; `npm start` makes one at its first start",
  }),
  ADMIN_TOKEN: secret().meta({
    description: "Opens the api's administration to whoever runs it; 32 characters or more, the same for all processes",
    otherwise: "needed; `npm start` makes one at its first start",
  }),
  AUDIT_CHECKPOINT_DIR: z.string().optional().meta({
    description:
      "Folder, best on another machine's disk, that signed checkpoints of the audit logs are added to; the workers write them",
    otherwise:
      "`audit-checkpoints` in `PARLEY_DATA_DIR` of `npm start`; none where services are processes of their own",
  }),
  DATABASE_URL: postgresUrl().optional().meta({
    description:
      "PostgreSQL 18, 17.6 or 16.10, or newer, with pgvector, as the login `door`, which may do nothing but switch its role",
    otherwise: "the embedded database",
  }),
  DATABASE_OWNER_URL: postgresUrl()
    .optional()
    .meta({ description: "The same database as the login `owner`: for migrations alone", otherwise: "no migrations" }),
  DATABASE_POOL_SIZE: whole(1, 1_000).default(10).describe("Connections that one process opens to PostgreSQL"),
  REDIS_URL: url("redis", "rediss").optional().meta({
    description: "Redis >= 7.4 or Valkey, with Streams. Needed as soon as there is more than one process",
    otherwise: "events stay within the process",
  }),
  EVENT_PARTITIONS: whole(1, 64)
    .default(4)
    .describe("Streams that the tenants' events are spread over; the same for all processes"),
  SIGN_UP: oneOf("open", "invited", "closed")
    .default("open")
    .describe(
      "Who may make an account: anybody, whoever was invited to a workspace, or nobody. Workspaces are made where it is `open` alone",
    ),
  GOOGLE_CLIENT_ID: z.string().optional().meta({
    description:
      "Lets people sign in with Google: the client's id. Its redirect is `/api/auth/callback/google` at the api",
    otherwise: "no such button",
  }),
  GOOGLE_CLIENT_SECRET: z.string().optional().meta({ description: "The client's secret", otherwise: "no such button" }),
  MICROSOFT_CLIENT_ID: z.string().optional().meta({
    description:
      "Lets people sign in with Microsoft Entra ID: the client's id. Its redirect is `/api/auth/callback/microsoft`; its tokens need the claims `email` and `xms_edov`",
    otherwise: "no such button",
  }),
  MICROSOFT_CLIENT_SECRET: z
    .string()
    .optional()
    .meta({ description: "The client's secret", otherwise: "no such button" }),
  MICROSOFT_TENANT_ID: z.uuid({ error: "must be the id of one directory" }).optional().meta({
    description: "The one directory whose people may sign in",
    otherwise: "no such button",
  }),
  OIDC_ISSUER: url("http", "https").optional().meta({
    description:
      "Lets people sign in with any OpenID provider: its issuer, where all else is discovered. The redirect is `/api/auth/callback/oidc`",
    otherwise: "no such button",
  }),
  OIDC_CLIENT_ID: z.string().optional().meta({ description: "The client's id there", otherwise: "no such button" }),
  OIDC_CLIENT_SECRET: z.string().optional().meta({ description: "The client's secret", otherwise: "no such button" }),
  OIDC_NAME: z.string().max(40).default("Single sign-on").describe("What the button calls that provider"),
  SMTP_URL: url("smtp", "smtps").optional().meta({
    description:
      "The mail server, as `smtps://user:password@smtp.example.com`; `smtp://` is for STARTTLS, and `?tls=off` after it for none",
    otherwise: "mails are kept in the data folder, and nobody gets them",
  }),
  MAIL_FROM: sender().default("Parley <parley@localhost>").describe("Whose name and address mails carry"),
  S3_URL: url("http", "https").optional().meta({
    description:
      "Where uploaded files are kept: a bucket of any service that speaks S3's protocol, as its endpoint with the bucket (`https://s3.example.com/parley`)",
    otherwise: "`objects` in `PARLEY_DATA_DIR`, which api and workers then share",
  }),
  S3_REGION: z.string().default("auto").describe("The bucket's region"),
  S3_ACCESS_KEY_ID: z.string().optional().meta({ description: "Opens the bucket", otherwise: "needed with `S3_URL`" }),
  S3_SECRET_ACCESS_KEY: z.string().optional().meta({ description: "Its secret", otherwise: "needed with `S3_URL`" }),
  OPENAI_API_KEY: z.string().optional().meta({
    description: "Key of the model's provider",
    otherwise: "the built-in answerer, unless `OPENAI_BASE_URL` is set",
  }),
  OPENAI_BASE_URL: url("http", "https").optional().meta({
    description: "Any server that speaks OpenAI's protocol",
    otherwise: "`https://api.openai.com/v1`, once there is a key",
  }),
  OPENAI_MODEL: z.string().default("gpt-5-mini").describe("The model that answers"),
  OPENAI_PRICE_INPUT: dollars()
    .optional()
    .meta({ description: "US dollars for a million input tokens", otherwise: "the cost of an answer is not known" }),
  OPENAI_PRICE_CACHED: dollars()
    .optional()
    .meta({ description: "US dollars for a million cached input tokens", otherwise: "`OPENAI_PRICE_INPUT`" }),
  OPENAI_PRICE_OUTPUT: dollars()
    .optional()
    .meta({ description: "US dollars for a million output tokens", otherwise: "the cost of an answer is not known" }),
  ANSWER_QUALITY: oneOf("economical", "balanced", "best")
    .default("balanced")
    .describe("How sure a cheaper answer has to be in workspaces that chose nothing else (docs/models.md)"),
  EMBEDDER_MODEL: z.string().optional().meta({
    description:
      "The model that makes the vectors of workspaces that begin with this installation and have chosen no other",
    otherwise: "the built-in embedder, which knows English",
  }),
  EMBEDDER_DIMENSIONS: whole(1, 1_900)
    .optional()
    .meta({ description: "Numbers in a vector of that model", otherwise: "needed with `EMBEDDER_MODEL`" }),
  EMBEDDER_BASE_URL: url("http", "https").optional().meta({
    description: "Its server: any that speaks OpenAI's protocol, up to and including `/v1`",
    otherwise: "`https://api.openai.com/v1`",
  }),
  EMBEDDER_API_KEY: z.string().optional().meta({ description: "The key of that server", otherwise: "none is sent" }),
  ANSWER_TIMEOUT_MS: milliseconds().default(60_000).describe("The longest that an answer may take"),
  ANSWER_IDLE_TIMEOUT_MS: milliseconds()
    .default(15_000)
    .describe("How long a model may send nothing, before its answer is cut off"),
  RUN_LEASE_MS: milliseconds()
    .default(5_000)
    .describe("How long an answer stays with a worker that says nothing of itself, before another one takes it"),
};
type Settings = z.output<z.ZodObject<typeof settings>>;

export type Config = ReturnType<typeof arrange>;

/** Reads the whole configuration. A variable that is set to nothing counts as unset. @throws ConfigError with every fault at once */
export function loadConfig(environment: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const result = z.object(settings).safeParse(set);
  const faults = result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  for (const [name, other] of belongTogether) {
    if (set[name] && !set[other]) faults.push(`${other} is needed with ${name}`);
  }
  if (result.success && isInTheClear(result.data))
    faults.push("API_URL must begin with https:// in production: without it cookies have no Secure and no __Host-");
  if (result.success && faults.length === 0) return deepFreeze(arrange(result.data));
  throw new ConfigError(
    `The configuration can't be used:\n${faults.map((fault) => `  ${fault}\n`).join("")}docs/configuration.md lists every setting.`,
  );
}

/** Whether sessions would go over a network without TLS. */
function isInTheClear({ NODE_ENV, API_URL }: Settings): boolean {
  if (NODE_ENV !== "production" || !API_URL) return false;
  const { protocol, hostname } = new URL(API_URL);
  return protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

const belongTogether: readonly (readonly [keyof typeof settings, keyof typeof settings])[] = [
  ["SMTP_URL", "MAIL_FROM"],
  ["S3_URL", "S3_ACCESS_KEY_ID"],
  ["S3_URL", "S3_SECRET_ACCESS_KEY"],
  ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
  ["MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET"],
  ["MICROSOFT_CLIENT_ID", "MICROSOFT_TENANT_ID"],
  ["OIDC_ISSUER", "OIDC_CLIENT_ID"],
  ["OIDC_ISSUER", "OIDC_CLIENT_SECRET"],
  ["OPENAI_PRICE_INPUT", "OPENAI_PRICE_OUTPUT"],
  ["OPENAI_PRICE_OUTPUT", "OPENAI_PRICE_INPUT"],
  ["OPENAI_PRICE_CACHED", "OPENAI_PRICE_INPUT"],
  ["EMBEDDER_MODEL", "EMBEDDER_DIMENSIONS"],
  ["EMBEDDER_DIMENSIONS", "EMBEDDER_MODEL"],
  ["EMBEDDER_BASE_URL", "EMBEDDER_MODEL"],
  ["EMBEDDER_API_KEY", "EMBEDDER_MODEL"],
];

function arrange(set: Settings) {
  const production = set.NODE_ENV === "production";
  const dashboardUrl = set.DASHBOARD_URL ?? `http://localhost:${set.DASHBOARD_PORT}`;
  return {
    production,
    log: { level: set.LOG_LEVEL, format: set.LOG_FORMAT ?? (production ? "json" : "pretty") },
    host: set.HOST,
    api: { port: set.API_PORT, url: set.API_URL ?? `http://localhost:${set.API_PORT}` },
    realtime: { port: set.REALTIME_PORT, url: set.REALTIME_URL ?? `ws://localhost:${set.REALTIME_PORT}` },
    /** `origin`: as browsers send it. */
    dashboard: { port: set.DASHBOARD_PORT, url: dashboardUrl, origin: new URL(dashboardUrl).origin },
    widget: { port: set.WIDGET_PORT, url: set.WIDGET_URL ?? `http://localhost:${set.WIDGET_PORT}` },
    trustedProxies: set.TRUSTED_PROXIES ?? [],
    fetchAllowedHosts: set.FETCH_ALLOWED_HOSTS ?? [],
    rateLimits: set.RATE_LIMITS === "on",
    rateLimitDeadlineMs: set.RATE_LIMIT_DEADLINE_MS,
    dataDir: set.PARLEY_DATA_DIR,
    secret: set.PARLEY_SECRET,
    adminToken: set.ADMIN_TOKEN,
    auditCheckpointDir: set.AUDIT_CHECKPOINT_DIR,
    database: { url: set.DATABASE_URL, ownerUrl: set.DATABASE_OWNER_URL, poolSize: set.DATABASE_POOL_SIZE },
    redis: { url: set.REDIS_URL, partitions: set.EVENT_PARTITIONS },
    signUp: set.SIGN_UP,
    signInProviders: arrangeProviders(set),
    /** Without `smtpUrl` mails are kept in the data folder. */
    mail: { smtpUrl: set.SMTP_URL, from: set.MAIL_FROM },
    /** Undefined: files are kept in the data folder. */
    s3: arrangeS3(set),
    /** Undefined: the built-in answerer. */
    openai: arrangeOpenai(set),
    answerQuality: set.ANSWER_QUALITY,
    /** Undefined: the built-in embedder. */
    embedder: arrangeEmbedder(set),
    answer: { timeoutMs: set.ANSWER_TIMEOUT_MS, idleTimeoutMs: set.ANSWER_IDLE_TIMEOUT_MS, leaseMs: set.RUN_LEASE_MS },
  } as const;
}

/** Who else may say who somebody is, in the order of their buttons. */
function arrangeProviders(set: Settings) {
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, MICROSOFT_TENANT_ID, MICROSOFT_CLIENT_ID, MICROSOFT_CLIENT_SECRET } =
    set;
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = set;
  const known = [
    ["google", "Google", "https://accounts.google.com", GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET],
    [
      "microsoft",
      "Microsoft",
      MICROSOFT_TENANT_ID && `https://login.microsoftonline.com/${MICROSOFT_TENANT_ID}/v2.0`,
      MICROSOFT_CLIENT_ID,
      MICROSOFT_CLIENT_SECRET,
    ],
    ["oidc", OIDC_NAME, OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET],
  ] as const;
  return known.flatMap(([id, name, issuer, clientId, clientSecret]) =>
    issuer && clientId && clientSecret ? [{ id, name, issuer, clientId, clientSecret }] : [],
  );
}

function arrangeS3({ S3_URL: url, S3_REGION: region, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY }: Settings) {
  if (!url || !S3_ACCESS_KEY_ID || !S3_SECRET_ACCESS_KEY) return undefined;
  return { url, region, accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY };
}

function arrangeOpenai(set: Settings) {
  if (!set.OPENAI_API_KEY && !set.OPENAI_BASE_URL) return undefined;
  const { OPENAI_PRICE_INPUT: input, OPENAI_PRICE_OUTPUT: output } = set;
  return {
    apiKey: set.OPENAI_API_KEY,
    baseUrl: set.OPENAI_BASE_URL ?? "https://api.openai.com/v1",
    model: set.OPENAI_MODEL,
    /** US dollars a million tokens. */
    prices:
      input === undefined || output === undefined ? undefined : { input, cached: set.OPENAI_PRICE_CACHED, output },
  } as const;
}

function arrangeEmbedder(set: Settings) {
  const { EMBEDDER_MODEL: model, EMBEDDER_DIMENSIONS: dimensions } = set;
  if (!model || !dimensions) return undefined;
  const baseUrl = set.EMBEDDER_BASE_URL ?? "https://api.openai.com/v1";
  return { baseUrl, model, dimensions, apiKey: set.EMBEDDER_API_KEY } as const;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

/** The table in docs/configuration.md: every variable, its default and what it is. */
export function configTable(): string {
  const rows = Object.entries(settings).map(([name, schema]) => {
    const { description, otherwise } = (schema as z.ZodType).meta() ?? {};
    const byDefault = schema instanceof z.ZodDefault ? `\`${schema.def.defaultValue}\`` : otherwise;
    return `| \`${name}\` | ${byDefault} | ${description} |`;
  });
  return ["| Variable | Default | What it is |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

/** How large a tenant's share of the installation is. Whoever runs it sets it; everybody begins with the first. */
export const plans = ["standard", "large"] as const;
export type Plan = (typeof plans)[number];

/**
 * `address`: whoever calls · `authentication`: attempts to prove who one is · `account`: a signed-in user · `api_key` · `tenant` ·
 * `visitor`: one contact, and what the assistant costs.
 */
type Tier = "address" | "authentication" | "account" | "api_key" | "tenant" | "visitor";

export type RateLimit = {
  /** In the counter's key and in the `RateLimit` header. */
  name: string;
  tier: Tier;
  /** So many within `seconds`, counted from the first. */
  max: number | Readonly<Record<Plan, number>>;
  seconds: number;
};

const named = <const T extends Record<string, Omit<RateLimit, "name">>>(table: T) =>
  Object.fromEntries(Object.entries(table).map(([name, limit]) => [name, { name, ...limit }])) as {
    readonly [K in keyof T]: T[K] & { name: string };
  };

/**
 * Every limit on how often something is asked of the servers, in one table. What is counted in the database stands where it is counted:
 * `memberLimits`, `mostTries` of auth. These hold for all processes together where these share a Redis, and for each process
 * while it is away; then attempts to authenticate are refused. An address is one of IPv4 or a /64 of IPv6.
 */
export const rateLimits = named({
  /** Of anything, over HTTP; each call of a batch counts. A company's people may share one address. */
  requests: { tier: "address", max: 3_000, seconds: 60 },
  widgetRequests: { tier: "address", max: 600, seconds: 60 },
  /** Begun on realtime servers. */
  sockets: { tier: "address", max: 1_200, seconds: 60 },

  /** From one address. */
  signIns: { tier: "authentication", max: 20, seconds: 60 },
  /** Accounts and mails that are asked for from one address; a company's people may share it. */
  signUps: { tier: "authentication", max: 60, seconds: 3_600 },
  /** Mails of one kind that somebody has sent to one address: links to confirm it, to a new password, to change over to it. */
  mailsToAddress: { tier: "authentication", max: 5, seconds: 3_600 },
  /** Mailed invitations to one address, of all workspaces together. Nobody is told of it: it would tell one of the others. */
  invitationsToAddress: { tier: "authentication", max: 20, seconds: 86_400 },
  /** One tenant's invitations to one address, the same one again included. */
  tenantInvitationsToAddress: { tier: "authentication", max: 3, seconds: 86_400 },
  /** Passwords and links that one address of the net tries. */
  proofs: { tier: "authentication", max: 30, seconds: 300 },
  /** API keys from one address that open nothing. */
  refusedKeys: { tier: "authentication", max: 30, seconds: 60 },

  /** Procedures that one user calls; each of a batch counts. */
  procedures: { tier: "account", max: 1_200, seconds: 60 },

  /** Searches of the knowledge that one user has explained. */
  searches: { tier: "account", max: 60, seconds: 60 },

  /** Files that one user gives. */
  uploads: { tier: "account", max: 1_200, seconds: 600 },

  /** Files of the audit log that one user has made. */
  auditExports: { tier: "account", max: 20, seconds: 600 },

  keyRequests: { tier: "api_key", max: 300, seconds: 60 },

  /** Of one tenant's members and keys together. */
  tenantRequests: { tier: "tenant", max: { standard: 6_000, large: 30_000 }, seconds: 60 },
  /** Of its visitors together: anybody may be one, so they have a count of their own and can't hold up the members. */
  visitorRequests: { tier: "tenant", max: { standard: 6_000, large: 30_000 }, seconds: 60 },

  /** Of one contact, from wherever. */
  messages: { tier: "visitor", max: 30, seconds: 60 },
  /** Of one contact, on answers. */
  votes: { tier: "visitor", max: 60, seconds: 60 },
  /** Of one contact, that the assistant has to answer. What goes to a person costs nothing. */
  answers: { tier: "visitor", max: 60, seconds: 3_600 },
  /** The same of all of one tenant's contacts at one address: whoever asks for it is another contact. */
  addressAnswers: { tier: "visitor", max: 200, seconds: 3_600 },
  /** The same of all contacts of one tenant. */
  tenantAnswers: { tier: "visitor", max: { standard: 2_000, large: 20_000 }, seconds: 3_600 },
});

/** Limits that a client may need to know before it sends. Text is counted in UTF-16 code units, like JavaScript's `length`. */
export const limits = {
  messageLength: 4_000,
  /** Messages that one subscription replays; whoever missed more subscribes again. */
  replayedMessages: 200,
  /** Messages that one page over HTTP holds. */
  messagePage: 100,
  channelsPerSocket: 50,
  socketFrameBytes: 16 * 1024,
  /** Frames that a client may send at once, and for how many more a second it may send after that. */
  socketFrameBurst: 120,
  socketFramesPerSecond: 20,
  /** Until a socket has to have authenticated. */
  socketAuthenticateMs: 10_000,
  httpBodyBytes: 256 * 1024,
  /** One file of any kind. */
  fileBytes: 25 * 1024 * 1024,
  /** A document's text, and one page of a site. */
  documentBytes: 10 * 1024 * 1024,
  /** Of one tenant, that wait to be read in; then no file is taken. */
  waitingDocuments: 1_000,
  /** Of one tenant's files together, as they came. */
  storedBytes: 10 * 1024 * 1024 * 1024,
  /** Versions of a document that are kept with their files, the newest first; beside them what serves, and what an answer points to. */
  keptVersions: 5,
  /** Versions in one answer about a document. */
  versionPage: 100,
} as const;

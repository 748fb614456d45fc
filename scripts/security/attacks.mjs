// The attacks that the product is tried with: 64 and 13 WebSocket frames. A test proves one by its tag: `[T2] a thousand requests …`.
// Each needs a control as well, which shows that the attack would have been seen: a test of its own, `[T2 control] …`, or a part of the
// attack's, `[T2 + control] …`.

/** @type {Readonly<Record<string, string>>} */
export const attacks = {
  A1: "six sign-ins from six addresses: locked at the fifth failure, the right password refused alike, a known device unaffected",
  A2: "one address locks 1,000 accounts: the address's limit stops it first",
  A3: "asking which accounts exist, at sign-in, reset, sign-up and OAuth: the same body, as many hashes",
  A4: "weak, breached and workspace-named passwords, and twins of a 72-byte prefix; 64 characters of Unicode are taken",
  A5: "200 passwords of 1 MB at once: refused before they are hashed",
  A6: "the same one-time code twice at once: one succeeds",
  A7: "guessing one-time codes in restarted flows: one counter, locked at the fifth",
  A8: "the cookie from before the second factor, at api, sockets and files",
  A9: "a victim's address registered beforehand, then OAuth: no silent link",
  A10: "OAuth: state, nonce, PKCE, provider swapped, code replayed; a reset link made for another host",
  S1: "session fixation, and the cookie's attributes",
  S2: "inactivity and age: 30 minutes and 8 hours, by the database's clock; heartbeats are no activity",
  S3: "sign-out, change of password, second factor taken back by the operator: every door closed within 5 seconds",
  S4: "a sensitive change with an old session: sign in again",
  S5: "role or workspace taken away in the middle of a session: refused at the next call",
  S6: "tokens without a signature or for another audience, visitor tokens at other doors, edited cookies",
  C1: "forms of another site, of every type, on every mutation",
  C2: "no content type, `text/plain; application/json`, variants with tabs",
  C3: "GET, HEAD and method overrides in a mutation's place",
  C4: "signing a victim in as somebody else, also by OAuth",
  C5: "a cookie that a sibling domain set",
  C6: "origin null, missing, look-alike, or http in place of https",
  C7: "a WebSocket opened by a page of another site",
  C8: "a token of another user, session or workspace",
  C9: "the widget on a page that is not listed, forged messages between frames, CORS that lets credentials through",
  C10: "the product in a frame of another site",
  T1: "every procedure, by every role, with a foreign id: the answer for an id that does not exist",
  T2: "1,000 interleaved requests through PgBouncer with aborts and timeouts, and statements without a tenant",
  T3: "the database's rules: row-level security forced, roles that own nothing, TRUNCATE, COPY, REFERENCES",
  T4: "views, materialised views and functions that run with their owner's rights",
  T5: "foreign keys that tell whether another workspace's row exists",
  T6: "unique keys that tell whether another workspace's row exists",
  T7: "100,000 vectors of a neighbour: results and work of a search unchanged",
  T8: "keys in Redis made of `:`, `*` and line breaks, and cached values without a workspace",
  T9: "subscribing to, and resuming, another workspace's channels",
  T10: "another room, another's rights or a worn-out token in a call",
  T11: "a signed address changed, expired, or climbing out of its folder",
  T12: "a job of one workspace about another's object, and one that outlives its workspace",
  T13: "an answer that was made for another workspace",
  T14: "another workspace's words in answers, logs, exports and prompts",
  I1: "SQL injection, also by names of columns to sort by",
  I2: "scripts in answers, file names, pictures, citations and names",
  I3: "markup that changes when it is read again, and `javascript:` and `data:` addresses",
  I4: "addresses of the inner network in every spelling",
  I5: "names that resolve anew, and redirects to the inner network",
  I6: "orders in documents and pages",
  I7: "what a picture or link in an answer would carry out",
  I8: "talking the assistant out of its instructions",
  I9: "bombs and two-faced files",
  I10: "patterns and JSON that take for ever to read",
  I11: "`__proto__` and doubled parameters",
  I12: "formulas in exports, line breaks in headers and logs",
  R1: "forged addresses in X-Forwarded-For, Forwarded and X-Real-IP",
  R2: "other spellings of the same path",
  R3: "800 calls in one batch",
  R4: "addresses rotated within one /64 of IPv6",
  R5: "100 at once at the limit, floods of frames and of cost; the neighbour unaffected",
  R6: "Redis away, and 500 slow clients",
  K1: "an API key beyond its scope, revoked, in an address, of another workspace",
  K2: "an API key made without a session, with a user id in the body",
  K3: "an incoming webhook altered, old, replayed, wrongly signed",
  K4: "an outgoing webhook into the inner network",
  K5: "headers on every route, and errors without a stack",
  K6: "TRACE, /metrics, /docs, .git, source maps, CORS",
  "K7.1": "WebSocket frame: one masked text frame is answered (the control of the others)",
  "K7.2": "WebSocket frame: a ping is answered with its own bytes",
  "K7.3": "WebSocket frame: a ping between the fragments of a message",
  "K7.4": "WebSocket frame: a message in fragments is put together",
  "K7.5": "WebSocket frame: unmasked",
  "K7.6": "WebSocket frame: a reserved bit",
  "K7.7": "WebSocket frame: an unknown opcode",
  "K7.8": "WebSocket frame: a control frame in fragments",
  "K7.9": "WebSocket frame: a control frame of more than 125 bytes",
  "K7.10": "WebSocket frame: a continuation of nothing",
  "K7.11": "WebSocket frame: text that is not UTF-8",
  "K7.12": "WebSocket frame: a close with a code that nobody may send",
  "K7.13": "WebSocket frame: one that says it is 2 GiB long",
};

/** A fault that is tried beside the attacks. */
export const faults = { F10: "a process whose clock is nine hours off" };

/** What has no target yet: the product does not do it. */
export const withoutTarget = {
  T10: "there are no calls yet",
  K3: "there are no webhooks yet",
  K4: "there are no webhooks yet",
};

const id = String.raw`(?:[ASCTIRK]\d+(?:\.\d+)?|F10)`;
const tag = new RegExp(String.raw`\[(${id}(?:,? ${id})*)( \+ control| control)?\]`, "g");

/** The cases that a test's name says it proves, and whether as the control that the attack would have been seen, or as both. */
export const casesOf = (name) =>
  [...name.matchAll(tag)].flatMap(([, ids, control]) =>
    ids.split(/,? /).flatMap((id) => {
      const proof = { id, isControl: false };
      const own = { id, isControl: true };
      return control === undefined ? [proof] : control === " control" ? [own] : [proof, own];
    }),
  );

/**
 * A case passes when it has tests and a control, and all of them pass. One without tests is pending where it has no target yet, and
 * fails everywhere else.
 *
 * @typedef {"passed" | "failed" | "pending"} Result
 * @param {{ name: string, passed: boolean }[]} tests
 * @returns {{ id: string, attack: string, result: Result, why: string, tests: number, control: string | undefined }[]}
 */
export function judge(tests) {
  return Object.entries({ ...attacks, ...faults }).map(([id, attack]) => {
    const own = tests.flatMap((test) =>
      casesOf(test.name)
        .filter((named) => named.id === id)
        .map(({ isControl }) => ({ ...test, isControl })),
    );
    const proofs = own.filter(({ isControl }) => !isControl).length;
    const control = own
      .find(({ isControl }) => isControl)
      ?.name.replace(tag, "")
      .replace(/\s+/g, " ")
      .trim();
    const judged = (result, why = "") => ({ id, attack, result, why, tests: proofs, control });
    if (own.some(({ passed }) => !passed)) return judged("failed", "a test fails");
    if (proofs === 0) return id in withoutTarget ? judged("pending", withoutTarget[id]) : judged("failed", "no test");
    return control === undefined ? judged("failed", "no control") : judged("passed");
  });
}

// A client of the widget's protocol that was written from docs/protocol.md alone. It asks one question and prints the answer while
// it is written, then the passages that the answer cites. Node 22 or newer; no dependencies.
//
//   node examples/protocol-client.mjs --key pk_… "How do I add my own documents?"
import { parseArgs } from "node:util";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    key: { type: "string" },
    api: { type: "string", default: "http://localhost:3001" },
    origin: { type: "string", default: "http://localhost:5176" },
  },
});
const question = positionals.join(" ");
if (!options.key || !question) {
  process.stderr.write('Usage: protocol-client.mjs --key pk_… [--api URL] [--origin URL] "question"\n');
  process.exit(2);
}
const { key, api, origin } = options;
const print = (text) => process.stdout.write(text);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// What is known.
let visit;
let conversation;
let draft;
const messages = new Map(); // by seq
const pending = new Map(); // text by id
const conversationId = crypto.randomUUID();
const questionId = crypto.randomUUID();

/** Random, so that clients that were cut off together don't come back together; longer after every failure. */
function backOff() {
  let longest = 1_000;
  return {
    wait: async () => {
      await sleep(longest * (0.5 + Math.random() / 2));
      longest = Math.min(2 * longest, 20_000);
    },
  };
}

/** A command. It is repeated until it is answered: every one of them can be. */
async function call(method, path, body) {
  for (const failures = backOff(); ; await failures.wait()) {
    let response;
    try {
      response = await fetch(`${api}/widget/v1${path}`, {
        method,
        headers: {
          origin,
          ...(visit && { authorization: `Bearer ${visit.token}` }),
          ...(body && { "content-type": "application/json" }),
        },
        body: body && JSON.stringify(body),
      });
    } catch {
      continue; // no network
    }
    if (response.ok) return response.json();
    const { error } = await response.json();
    if (error.code === "auth.expired" && path !== "/visits") await startVisit();
    else if (response.status !== 429 && response.status < 500) throw new Error(`${error.code}: ${error.message}`);
    await sleep(1_000 * Number(response.headers.get("retry-after")));
  }
}

async function startVisit() {
  visit = await call("POST", "/visits", { publishableKey: key, ...(visit && { token: visit.token }) });
}

/** The last `seq` before the first hole. */
function lastSeq() {
  let seq = 0;
  while (messages.has(seq + 1)) seq += 1;
  return seq;
}

function add(message) {
  if (messages.has(message.seq)) return;
  messages.set(message.seq, message);
  pending.delete(message.id);
  if (draft?.runId === message.runId) draft = undefined;
}

function take(state) {
  const { ownershipEpoch = 0, lastSeq: known = 0 } = conversation ?? {};
  const isNewer =
    state.ownershipEpoch > ownershipEpoch || (state.ownershipEpoch === ownershipEpoch && state.lastSeq > known);
  if (!conversation || isNewer) conversation = state;
  if (draft && draft.ownershipEpoch < conversation.ownershipEpoch) draft = undefined;
}

function addWords({ type, runId, ownershipEpoch, offset, text }) {
  const isOver = [...messages.values()].some((message) => message.runId === runId);
  if (isOver || ownershipEpoch < (conversation?.ownershipEpoch ?? 0)) return;
  if (type === "run.started") {
    if (draft?.runId !== runId) draft = { runId, ownershipEpoch, text: "" };
  } else if (offset === 0) {
    draft = { runId, ownershipEpoch, text };
  } else if (draft?.runId === runId && draft.text.length === offset) {
    draft.text += text;
  }
}

/** Follows the conversation until `isDone`. @throws when the server does not want this page or this visitor */
async function follow(isDone) {
  let failures = backOff();
  while (!isDone()) {
    const openedAt = Date.now();
    const refusal = await followOnce(isDone);
    if (refusal === "origin.not_allowed" || refusal === "auth.forbidden") throw new Error(refusal);
    if (isDone()) return;
    if (Date.now() - openedAt > 5_000) failures = backOff();
    await failures.wait();
    if (refusal || Date.parse(visit.expiresAt) < Date.now()) await startVisit();
    await post();
  }
}

/** One connection. Resolves when it is over, with the code of the error that ended it, if one did. */
function followOnce(isDone) {
  const { promise, resolve } = Promise.withResolvers();
  const socket = new WebSocket(visit.realtimeUrl, { headers: { origin } }); // browsers send the origin by themselves
  const channel = `conversation:${conversationId}`;
  const send = (frame) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(frame));
  const subscribe = () => send({ type: "subscribe", channel, after: lastSeq() });
  let refusal;
  let silence;
  let renewal;

  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      send({ type: "ping" });
      silence = setTimeout(() => socket.close(), 10_000);
    }, 30_000);
  };
  const on = {
    authenticated({ expiresAt }) {
      clearTimeout(renewal);
      const renew = async () => {
        await startVisit();
        send({ type: "authenticate", token: visit.token });
      };
      renewal = setTimeout(() => void renew(), Math.max(Date.parse(expiresAt) - Date.now() - 60_000, 30_000));
    },
    subscribed(frame) {
      take(frame.conversation);
      for (const message of frame.messages) add(message);
      draft = frame.answer;
      if (!frame.complete) subscribe();
    },
    event({ event }) {
      if (event.conversation) take(event.conversation);
      if (event.type === "message.created") add(event.message);
      if (event.type === "run.started" || event.type === "answer.delta") addWords(event);
    },
    error(frame) {
      if (!frame.channel) refusal = frame.error.code;
      else if (["service.busy", "internal", "rate.exceeded"].includes(frame.error.code)) setTimeout(subscribe, 3_000);
      else throw new Error(frame.error.code);
    },
  };
  socket.onopen = () => {
    send({ type: "authenticate", token: visit.token });
    subscribe();
    listen();
  };
  socket.onmessage = ({ data }) => {
    listen();
    const frame = JSON.parse(data);
    on[frame.type]?.(frame); // a type that this client doesn't know is skipped
    show();
    if (isDone()) socket.close();
  };
  socket.onclose = () => {
    clearTimeout(silence);
    clearTimeout(renewal);
    resolve(refusal);
  };
  return promise;
}

/** Posts what was not confirmed yet. */
async function post() {
  for (const [id, text] of pending) add(await call("POST", `/conversations/${conversationId}/messages`, { id, text }));
}

let shown = "";
/** Prints the draft as it grows; on a change of mind, begins a new line. */
function show() {
  const text = draft?.text ?? "";
  if (!text) return;
  print(text.startsWith(shown) ? text.slice(shown.length) : `\n${text}`);
  shown = text;
}

/** What came in reply to the question: from the assistant, or from a person. */
const reply = () => {
  const asked = [...messages.values()].find(({ id }) => id === questionId);
  return [...messages.values()].find(
    ({ seq, author }) => asked && seq > asked.seq && author !== "contact" && author !== "system",
  );
};

await startVisit();
print(`${visit.inbox.assistantName}: ${visit.inbox.greeting}\n\nYou: ${question}\n\n`);
conversation = await call("POST", "/conversations", { id: conversationId });
pending.set(questionId, question);
const following = follow(() => reply() !== undefined);
await post();
await following;

const answer = reply();
// The message is what was said, whatever was shown while it was written.
if (shown !== answer.text) {
  print(answer.text.startsWith(shown) ? answer.text.slice(shown.length) : `\n\n${answer.text}`);
}
print(`\n\n(${answer.author}${answer.outcome ? `, ${answer.outcome}` : ""})\n`);
for (const { number } of answer.citations) {
  const path = `/conversations/${conversationId}/messages/${answer.id}/citations/${number}`;
  const { title, headingPath, start, end, text, textStart } = await call("GET", path);
  const passage = text.slice(start - textStart, end - textStart);
  print(`\n[${number}] ${[title, ...headingPath].join(" › ")}\n${passage.replace(/^/gm, "    ")}\n`);
}

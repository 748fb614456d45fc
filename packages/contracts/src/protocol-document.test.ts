import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { Citation, Conversation, Message } from "./conversation.ts";
import { errorCodes } from "./errors.ts";
import { Event } from "./events.ts";
import { limits, plans, type RateLimit, rateLimits } from "./limits.ts";
import { Channel, ClientFrame, closeCodes } from "./realtime.ts";
import { CastVote, PostMessage, StartVisit } from "./widget.ts";

const file = new URL("../../../docs/protocol.md", import.meta.url);
const page = await readFile(file, "utf8");
/** What stands in the page's fenced blocks of one language. */
const blocks = (language: string) =>
  Array.from(page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms")), ([, block = ""]) => block);

const kibibytes = (bytes: number) => `${bytes / 1024} KiB`;
const {
  documentBytes: _,
  fileBytes: _0,
  waitingDocuments: _00,
  storedBytes: _01,
  keptVersions: _02,
  versionPage: _03,
  ...ofTheProtocol
} = limits;
const described: Record<keyof typeof ofTheProtocol, string> = {
  messageLength: `a message's text | ${limits.messageLength} UTF-16 code units`,
  httpBodyBytes: `the body of a request | ${kibibytes(limits.httpBodyBytes)}`,
  messagePage: `messages in one answer over HTTP | ${limits.messagePage}`,
  replayedMessages: `messages in one \`subscribed\` | ${limits.replayedMessages}`,
  channelsPerSocket: `channels that one socket follows | ${limits.channelsPerSocket}`,
  socketFrameBytes: `a frame that you send | ${kibibytes(limits.socketFrameBytes)}`,
  socketFrameBurst: `frames that you may send at once | ${limits.socketFrameBurst}`,
  socketFramesPerSecond: `frames that you may send a second after that | ${limits.socketFramesPerSecond}`,
  socketAuthenticateMs: `time to authenticate | ${limits.socketAuthenticateMs / 1000} s`,
};

const {
  signIns: _1,
  refusedKeys: _2,
  procedures: _3,
  keyRequests: _4,
  signUps: _5,
  mailsToAddress: _6,
  proofs: _7,
  auditExports: _8,
  uploads: _111,
  invitationsToAddress: _9,
  tenantInvitationsToAddress: _10,
  searches: _11,
  ...ratesOfTheProtocol
} = rateLimits;
const rate = ({ max, seconds }: RateLimit) =>
  typeof max === "number" ? `${max} in ${seconds} s` : `${plans.map((plan) => max[plan]).join(" or ")} in ${seconds} s`;
const describedRates: Record<keyof typeof ratesOfTheProtocol, string> = {
  widgetRequests: `requests of widgets from one address | ${rate(rateLimits.widgetRequests)}; an IPv6 address counts with its /64`,
  requests: `requests of any kind from one address | ${rate(rateLimits.requests)}`,
  sockets: `sockets begun from one address | ${rate(rateLimits.sockets)}`,
  visitorRequests: `requests of all visitors of one workspace | ${rate(rateLimits.visitorRequests)}, by its plan`,
  tenantRequests: `requests of all members and API keys of one workspace | ${rate(rateLimits.tenantRequests)}, by its plan`,
  messages: `messages that one contact posts | ${rate(rateLimits.messages)}`,
  votes: `votes of one contact on answers | ${rate(rateLimits.votes)}`,
  answers: `messages of one contact that the assistant has to answer | ${rate(rateLimits.answers)}`,
  addressAnswers: `the same of all contacts of one workspace at one address | ${rate(rateLimits.addressAnswers)}`,
  tenantAnswers: `the same of all contacts of one workspace | ${rate(rateLimits.tenantAnswers)}, by its plan`,
};

const table = (head: string, rows: string[]) => {
  const rule = head.replace(/[^|]+/g, " --- ");
  return [head, rule, ...rows].map((row) => `| ${row.trim()} |\n`).join("");
};
const tables = {
  limits: table("What | Limit", [...Object.values(described), ...Object.values(describedRates)]),
  errors: table(
    "Code | Status | Meaning",
    Object.entries(errorCodes).map(([code, { status, meaning }]) => `\`${code}\` | ${status} | ${meaning}`),
  ),
};

test("docs/protocol.md lists every limit and every error as it is", async () => {
  let written = page;
  for (const [name, rows] of Object.entries(tables)) {
    const place = new RegExp(`(<!-- ${name}: .*? -->\n).*(<!-- /${name} -->)`, "s");
    expect(written).toMatch(place);
    written = written.replace(place, (_, from, to) => from + rows + to);
  }

  await expect(written).toMatchFileSnapshot(file.pathname);
});

test("docs/protocol.md tells what to do after every code that the server closes a socket with", () => {
  for (const code of Object.values(closeCodes)) expect(page).toMatch(new RegExp(`^\\| ${code} \\|`, "m"));
});

describe("the examples in docs/protocol.md are what they say", () => {
  const Page = z.strictObject({ conversation: Conversation, messages: z.array(Message), complete: z.boolean() });
  const Answer = z.strictObject({ runId: z.uuid(), ownershipEpoch: z.int().positive(), text: z.string() });
  const shapes = z.union([
    z.strictObject({
      error: z.strictObject({
        code: z.enum(Object.keys(errorCodes)),
        message: z.string(),
        requestId: z.uuid(),
        issues: z.array(z.strictObject({ path: z.string(), message: z.string() })),
      }),
    }),
    z.strictObject({
      token: z.string(),
      expiresAt: z.iso.datetime(),
      contactId: z.uuid(),
      inbox: z.strictObject({ name: z.string(), assistantName: z.string(), greeting: z.string() }),
      realtimeUrl: z.url(),
    }),
    z.strictObject({ conversations: z.array(Conversation) }),
    Page,
    Citation.extend({
      version: z.int().positive(),
      superseded: z.boolean(),
      removed: z.boolean(),
      address: z.null(),
      text: z.string(),
      textStart: z.int(),
      mediaType: z.literal("text/markdown"),
      pages: z.null(),
      readAt: z.iso.datetime(),
    }).strict(),
    Page.extend({ type: z.literal("subscribed"), channel: Channel, answer: Answer }),
    z.strictObject({ type: z.literal("event"), channel: Channel, event: Event }),
  ]);

  test.each(blocks("json"))("%s", (block) => {
    expect(shapes.safeParse(JSON.parse(block)).error).toBeUndefined();
  });

  const bodies = blocks("http").flatMap((block) => block.split("\n\n").slice(1));
  test.each(bodies)("%s", (body) => {
    expect(z.union([StartVisit, PostMessage, CastVote]).safeParse(JSON.parse(body)).error).toBeUndefined();
  });

  const frames = [...page.matchAll(/^\| `(\{ "type".*?\})` \|/gm)].map(([, frame = ""]) => frame);
  test.each(frames)("%s", (frame) => {
    expect(ClientFrame.safeParse(JSON.parse(frame)).error).toBeUndefined();
  });

  test("and there is one of each", () => {
    expect(blocks("json")).toHaveLength(10);
    expect(bodies).toHaveLength(3);
    expect(frames.map((frame) => JSON.parse(frame).type)).toEqual(["authenticate", "subscribe", "unsubscribe", "ping"]);
  });
});

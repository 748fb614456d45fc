import { expect, test } from "vitest";
import { createLogger } from "./log.ts";

function logTo(format: "json" | "pretty") {
  const lines: string[] = [];
  const logger = createLogger({ level: "info", format }, { write: (line) => void lines.push(line) });
  return { logger, lines, first: () => JSON.parse(lines[0] ?? "") as Record<string, unknown> };
}

test("a line has its message, level and time, and the ids of the child that wrote it", () => {
  const { logger, first } = logTo("json");

  logger.child({ requestId: "r1", tenantId: "t1" }).child({ conversationId: "c1" }).info({ durationMs: 3 }, "request");

  expect(first()).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    requestId: "r1",
    tenantId: "t1",
    conversationId: "c1",
    durationMs: 3,
    msg: "request",
  });
});

test("personal text, cookies, authorisations and tokens are hidden at any depth, in lines and in children", () => {
  const { logger, lines, first } = logTo("json");
  const cycle: Record<string, unknown> = { text: "tell-tale" };
  cycle.itself = cycle;

  logger.child({ pii: { email: "tell-tale" }, request: { token: "tell-tale" } }).info(
    {
      pii: "tell-tale",
      headers: { authorization: "tell-tale", cookie: "tell-tale", "set-cookie": ["tell-tale"], host: "shop.example" },
      envelope: { event: { message: { seq: 7, text: "tell-tale" } } },
      list: [{ password: "tell-tale" }, Object.assign(Object.create(null), { ticket: "tell-tale" })],
      cycle,
    },
    "request",
  );

  expect(lines.join("")).not.toContain("tell-tale");
  expect(first()).toMatchObject({
    headers: { host: "shop.example", cookie: "[hidden]" },
    envelope: { event: { message: { seq: 7 } } },
  });
});

test("hiding leaves the logged objects as they were", () => {
  const { logger } = logTo("json");
  const fields = { headers: { cookie: "mine" } };

  logger.info(fields, "request");

  expect(fields).toEqual({ headers: { cookie: "mine" } });
});

test("an error tells its name, code, stack and causes, and nothing that a library hung on it", () => {
  const { logger, lines, first } = logTo("json");
  const cause = Object.assign(new TypeError("refused"), { code: "ECONNREFUSED", requestBody: "tell-tale" });
  const err = Object.assign(new Error("no answer", { cause }), { responseHeaders: { "x-key": "tell-tale" } });

  logger.error({ err }, "failed");

  expect(lines.join("")).not.toContain("tell-tale");
  expect(first().err).toEqual({
    type: "Error",
    message: "no answer",
    stack: expect.stringContaining("log.test.ts"),
    cause: { type: "TypeError", message: "refused", code: "ECONNREFUSED", stack: expect.any(String) },
  });
});

test("the form for people shows the fields on one line and an error's stack, with its cause, below", () => {
  const { logger, lines } = logTo("pretty");

  logger
    .child({ tenantId: "t1" })
    .warn({ err: new Error("no answer", { cause: new Error("refused") }), attempt: 2 }, "failed");

  const [first, ...rest] = lines.join("").split("\n");
  expect(first).toMatch(/^[\d:.]{12} warn {2}failed tenantId=t1 attempt=2$/);
  expect(rest.join("\n")).toMatch(/^ {4}Error: no answer\n.* {4}because of\n {4}Error: refused\n/s);
});

test.each(["json", "pretty"] as const)(
  "[I12 + control] in %s nobody's words end a line, begin one or speak to the terminal",
  (format) => {
    const { logger, lines } = logTo(format);
    const forged = "x\r\n12:00:00.000 error forged\u001b[2K\u001b]0;title\u0007\u009b2J\u2028forged\u0085";
    logger.info({ [`key${forged}`]: 1, value: forged, list: [forged] }, forged);
    logger.child({ value: forged }).error({ err: new Error(forged, { cause: new Error(forged) }) }, "failed");
    logger.error({ err: forged }, "failed");

    expect(lines).toHaveLength(3);
    expect(forged).toMatch(/[\p{Cc}\u2028]/u); // they would be seen
    for (const line of lines) {
      const rest = format === "json" ? line.trimEnd() : line.replace(/\n( {4}|$)/g, "");
      expect(rest).toContain("forged");
      expect(rest).not.toMatch(format === "json" ? /\p{Cc}(?<![\u007f-\u009f])/u : /[\p{Cc}\u2028\u2029]/u);
    }
  },
);

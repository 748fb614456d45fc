import { styleText } from "node:util";
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import type { Config } from "./config.ts";

export type { Logger };

/**
 * The log of one process. A line has a fixed message and its values as fields; a child carries the ids of what it tells about:
 * `logger.child({ requestId, tenantId, conversationId })`. Personal text belongs under `pii`, which never gets out.
 *
 * @param destination where lines go
 */
export function createLogger(
  { level, format }: Config["log"],
  destination: DestinationStream & { isTTY?: boolean } = process.stdout,
): Logger {
  const options = {
    level,
    base: {},
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: (fields: Fields) => hide(fields) },
    serializers: { err: describeError },
  };
  const pretty = { write: (line: string) => destination.write(forPeople(line, destination.isTTY ?? false)) };
  const logger = pino(options, format === "json" ? destination : pretty);
  // A child's fields pass no formatter.
  const { child } = logger;
  logger.child = function <T extends string>(this: Logger<T>, fields: Fields, ...rest: []) {
    return child.call(this, hide(fields), ...rest) as Logger<T>;
  };
  return logger;
}

type Fields = Record<string, unknown>;

/** What must not be read in a log, wherever in a line's fields it stands. `text` is what people wrote. */
const hidden = new Set([
  "pii",
  "authorization",
  "cookie",
  "set-cookie",
  "password",
  "secret",
  "token",
  "ticket",
  "apiKey",
  "text",
]);

/** The fields without what is hidden. By hand, since pino's own redaction takes ten times as long for names at any depth. */
function hide(fields: Fields, depth = 0): Fields {
  let shown = fields;
  for (const [name, value] of Object.entries(fields)) {
    const instead = hidden.has(name) ? "[hidden]" : hideWithin(value, depth + 1);
    if (instead === value) continue;
    if (shown === fields) shown = { ...fields };
    shown[name] = instead;
  }
  return shown;
}

function hideWithin(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > 8) return "[too deep]"; // an object may hold itself
  if (Array.isArray(value)) return value.map((entry) => hideWithin(entry, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null;
  return plain ? hide(value as Fields, depth) : value;
}

type ErrorFields = { type: string; message: string; code?: unknown; stack?: string | undefined; cause?: unknown };

/** An error's name, message, code, stack and causes, and nothing else: libraries hang whole requests on their errors. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === "string" ? error : { type: typeof error };
  const fields: ErrorFields = { type: error.name, message: error.message, stack: error.stack };
  if ("code" in error) fields.code = error.code;
  if (error.cause !== undefined) fields.cause = describeError(error.cause);
  return error instanceof AggregateError ? { ...fields, errors: error.errors.map(describeError) } : fields;
}

const colours = { trace: "gray", debug: "gray", info: "green", warn: "yellow", error: "red", fatal: "red" } as const;

/**
 * With what ends a line or speaks to the terminal written out: nobody's words begin a line of their own, or hide one.
 *
 * @param kept what may stay
 */
const writtenOut = (text: string, kept = "") =>
  text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) =>
    kept.includes(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** `12:00:00.000 warn message key=value`, and an error's stack below. */
function forPeople(line: string, colourful: boolean): string {
  const { time, level, msg, err, ...fields } = JSON.parse(line);
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colourful ? styleText(style, text, { validateStream: false }) : text;
  const words = [
    paint("gray", String(time).slice(11, 23)),
    paint(colours[level as keyof typeof colours] ?? "white", String(level).padEnd(5)),
    writtenOut(msg ?? ""),
    ...Object.entries(fields).map(
      ([key, value]) =>
        `${paint("gray", `${writtenOut(key)}=`)}${writtenOut(typeof value === "string" ? value : JSON.stringify(value))}`,
    ),
  ];
  return `${words.join(" ")}\n${err ? `${errorForPeople(err)}\n` : ""}`;
}

function errorForPeople(err: ErrorFields | string): string {
  if (typeof err === "string") return `    ${writtenOut(err)}`;
  // A message may hold a line break as a stack does: whatever it says stands indented.
  const own = writtenOut(err.stack ?? `${err.type}: ${err.message}`, "\n").replace(/^/gm, "    ");
  return err.cause ? `${own}\n    because of\n${errorForPeople(err.cause as ErrorFields)}` : own;
}

import { readFileSync } from "node:fs";
import * as z from "zod";

const orders = [
  "plain",
  "reveal",
  "revealEncoded",
  "repeatAll",
  "canary",
  "canarySpelt",
  "canaryBackwards",
  "canaryRot13",
  "canaryHex",
  "cite",
  "forgeCitation",
  "link",
  "image",
  "autolink",
  "html",
  "reference",
  "mailto",
  "halfImage",
  "protocolRelative",
  "script",
  "data",
  "userinfo",
  "lookalike",
  "punycode",
  "extendAllowed",
  "entityLink",
  "escapedLink",
  "imageInLink",
  "tableImage",
  "codeLink",
  "spliced",
  "lookUpCode",
  "lookUpAnother",
  "lookUpAll",
] as const;

const Line = z.strictObject({
  /** Where it stands. `page` is HTML, of which not everything is read; `tool` is what the company's own server answers to a look-up. */
  place: z.enum(["document", "heading", "fileName", "table", "csv", "page", "message", "history", "tool"]),
  /** What a model does that obeys it; `call:NAME` calls a tool. */
  orders: z.array(z.union([z.enum(orders), z.templateLiteral(["call:", z.string()])])).min(1),
  /** `{ref}` is where it says which one it is; of a `tool`, `{order}` is where its server repeats what was looked up. */
  text: z.string().includes("{ref}"),
});

/** An order in a place where none ought to be. `id` stands in its text, so that it can be told whether it reached the model. */
export type Injection = z.infer<typeof Line> & { id: string };
export type Order = Injection["orders"][number];

/** The corpus, one injection a line, in many languages, spellings and places. */
export function readInjections(): Injection[] {
  const lines = readFileSync(new URL("corpus.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n");
  return lines.map((line, index) => {
    const { text, ...injection } = Line.parse(JSON.parse(line));
    const id = `ref${String(index + 1).padStart(3, "0")}`;
    return { ...injection, id, text: text.replace("{ref}", id) };
  });
}

import { setImmediate } from "node:timers/promises";
import { type Handler, Parser } from "htmlparser2";

/** In bytes. */
const atOnce = 64 * 1024;

/**
 * Tells of the tags and words of HTML or XML in UTF-8, part by part, so that others get their turn in between. It ends early where
 * elements are nested too deep: for each tag the parser may look through all that are open.
 */
export async function walkMarkup(
  bytes: Buffer,
  on: Pick<Partial<Handler>, "onopentag" | "onopentagname" | "onclosetag" | "ontext">,
  { deepest, isXml = false }: { deepest: number; isXml?: boolean },
): Promise<void> {
  let depth = 0;
  const parser = new Parser(
    {
      ...on,
      onopentagname(name) {
        depth += 1;
        if (depth > deepest) parser.pause();
        else on.onopentagname?.(name);
      },
      onclosetag(name, isImplied) {
        depth -= 1;
        on.onclosetag?.(name, isImplied);
      },
    },
    { xmlMode: isXml },
  );
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length && depth <= deepest; at += atOnce) {
    parser.write(decoder.decode(bytes.subarray(at, at + atOnce), { stream: true }));
    await setImmediate();
  }
  if (depth <= deepest) parser.end(decoder.decode());
}

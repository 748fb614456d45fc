import { AppError } from "@parley/core/app-error";
import type { FastifyRequest } from "fastify";
import secureJson from "secure-json-parse";

/** Whether the text can hold such a name at all, however it is spelt: as good as none does. */
const inJson = /__proto__|constructor|\\u/;
const inAddress = /proto|constructor|%5c|%5f|%[46][1-9a-f]|%7[0-9a]/i;

/**
 * Refuses what no client of ours sends: names that reach an object's prototype in JSON, and a parameter that comes twice, of which
 * programs along the way may each read another. Elsewhere Fastify and the schemas refuse them; tRPC reads its JSON and address itself.
 *
 * @throws AppError `input.invalid`
 */
export async function refusePoison({ url, body }: FastifyRequest): Promise<void> {
  if (typeof body === "string") refuseNames(body);
  const at = url.indexOf("?");
  if (at < 0) return;
  const query = new URLSearchParams(url.slice(at + 1));
  const names = [...query.keys()];
  if (new Set(names).size < names.length) throw new AppError("input.invalid");
  if (inAddress.test(url)) refuseNames(query.get("input") ?? "");
}

function refuseNames(text: string): void {
  if (!inJson.test(text)) return;
  try {
    secureJson.parse(text, { protoAction: "error", constructorAction: "error" });
  } catch (error) {
    // What is no JSON is refused by who reads it, in words of its own.
    if (error instanceof SyntaxError && /forbidden prototype/.test(error.message)) {
      throw new AppError("input.invalid", { cause: error });
    }
  }
}

import { AppError } from "../../app-error.ts";

const place = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** @throws AppError `tool.address_invalid` unless it is a web address whose host is fixed, without a user */
export function checkTemplate(template: string): { host: string; origin: string; names: string[] } {
  const url = URL.parse(template.replace(place, "x"));
  const [head = ""] = /^[^/]*\/\/[^/?#]*/.exec(template) ?? [];
  const isFixed = url && /^https?:$/.test(url.protocol) && !/[{}@\\]/.test(head) && url.username + url.password === "";
  const isClean = !/[{}]/.test(template.replace(place, "x"));
  if (!isFixed || !isClean || url.hash !== "") throw new AppError("tool.address_invalid");
  return { host: url.host, origin: url.origin, names: Array.from(template.matchAll(place), ([, name = ""]) => name) };
}

/**
 * The address with the arguments in their places; those that have none in it go into the query. Whatever the arguments are, it leads to
 * the template's origin, and to no other folder than the template says, also where a server reads `%2F` as a slash.
 *
 * @returns undefined when an argument has no form that can stand there
 */
export function fillAddress(
  template: string,
  given: Readonly<Record<string, unknown>>,
  isQuery: boolean,
): URL | undefined {
  const { origin, names } = checkTemplate(template);
  const [path = ""] = template.split("?");
  let isGood = true;
  const filled = template.replace(place, (_, name: string, at: number) => {
    const text = scalar(given[name]);
    if (text === undefined || text === "" || (at < path.length && leavesFolder(text))) isGood = false;
    return encodeURIComponent(text ?? "");
  });
  const url = isGood ? URL.parse(filled) : null;
  if (url?.origin !== origin) return undefined;
  if (isQuery) {
    for (const [name, value] of Object.entries(given)) {
      if (names.includes(name)) continue;
      url.searchParams.set(name, scalar(value) ?? JSON.stringify(value));
    }
  }
  return url;
}

/** Some servers read what is escaped before they look for `..`, some twice, and some leave out what stands behind a semicolon. */
function leavesFolder(text: string): boolean {
  const read = text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return [text, read].some((path) => path.split(/[/\\]/).some((part) => /^\.{1,2}(?:;|$)/.test(part)));
}

function scalar(value: unknown): string | undefined {
  if (typeof value === "string") return value.toWellFormed();
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

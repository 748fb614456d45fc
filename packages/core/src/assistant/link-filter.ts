/**
 * Lets an answer's words through as they come, without the addresses that it may not lead to: in a link's place stands its text, and
 * `…` in that of an address. An address is held back until it is whole, so that no half of one is ever shown. How the words are cut
 * into chunks makes no difference.
 */
export type LinkFilter = {
  /** Takes the next words; returns those that may be shown now. */
  push(chunk: string): string;
  /** Says that no more words come; returns what was still held back. */
  end(): string;
  /** All that came, filtered, as it would be if no more came. */
  readonly text: string;
};

/** A longer address is none that anybody gave. In UTF-16 code units. */
const longestAddress = 2_000;
/** Where an address may begin: a link's or picture's target, or one that stands in the text. */
const begins = /\]\([ \t\n]*<?|(?:https?|ftp):\/\/|mailto:/i;
/** The same, cut off. */
const mayBegin = /(?:\](?:\([ \t\n]*)?|h|ht|htt|https?|https?:\/?|f|ft|ftp|ftp:\/?|m|ma|mai|mail|mailt|mailto)$/i;
/** What an address is made of in the text, as the apps read it. */
const inText = /^[^\s<>"'`[\]|\\\u3000-\u303f\uff00-\uffef]*/;
const aroundTarget = /[\s<>()]/g;
/** What is left of a target that is too long. */
const restOfTarget = /^[^\s<>)]*/;
/** More says nothing more. */
const longestGap = 100;
const hasAddress = /(?:https?|ftp):\/\/|mailto:/i;
const schemeAlone = /^(?:https?|ftp|mailto):?\/*$/i;
const punctuation = ".,:;!?*_~)";

/** What is yet to be shown, and what goes on of an address that was too long. */
type Waiting = { held: string; swallowed: RegExp | undefined };

/**
 * @param allowed whether answers may lead to the address
 */
export function createLinkFilter(allowed: (address: URL) => boolean): LinkFilter {
  let said = "";
  let waiting: Waiting = { held: "", swallowed: undefined };

  function read({ held, swallowed }: Waiting, isEnd: boolean): Waiting & { shown: string } {
    let shown = "";
    for (;;) {
      if (swallowed) {
        held = held.slice(swallowed.exec(held)?.[0].length);
        if (held === "") return { shown, held, swallowed };
        swallowed = undefined;
      }
      const found = begins.exec(held);
      if (!found) break;
      const isTarget = found[0].startsWith("]");
      const start = isTarget ? found.index + found[0].length : found.index;
      // Never more is looked at, whatever comes behind it.
      const rest = held.slice(start, start + longestAddress + 1);
      const length = isTarget ? lengthOfTarget(rest) : (inText.exec(rest)?.[0].length ?? 0);
      shown += held.slice(0, found.index);
      const opening = isTarget ? found[0].slice(0, longestGap) : "";
      if (length === rest.length && !isEnd && length <= longestAddress) {
        // It may go on.
        return { shown, held: opening + rest, swallowed };
      }
      const isTooLong = length > longestAddress;
      const end = isTarget || isTooLong ? length : lengthWithoutPunctuation(rest.slice(0, length));
      shown += opening + screened(rest.slice(0, end), isTarget);
      held = held.slice(start + end);
      if (isTooLong) swallowed = isTarget ? restOfTarget : inText;
    }
    const until = isEnd ? held.length : (mayBegin.exec(held)?.index ?? held.length);
    return { shown: shown + held.slice(0, until), held: held.slice(until), swallowed };
  }

  function screened(address: string, isTarget: boolean): string {
    if (address.length > longestAddress) return isTarget ? "" : "…";
    if (!isTarget && schemeAlone.test(address)) return address;
    // What turns out to be no link's target is read as text, which has addresses of its own.
    if (isTarget && hasAddress.test(address.slice(inText.exec(address)?.[0].length))) return "";
    const url = isTarget ? parseTarget(address) : URL.parse(address);
    if (url === "relative" && hasAddress.test(address)) return "";
    if (url === "relative" || (url && allowed(url))) return address;
    return isTarget ? "" : "…";
  }

  function go(isEnd: boolean): string {
    const { shown, ...left } = read(waiting, isEnd);
    waiting = left;
    said += shown;
    return shown;
  }

  return {
    push(chunk) {
      waiting.held += chunk;
      return go(false);
    },
    end: () => go(true),
    get text() {
      return said + read(waiting, true).shown;
    },
  };
}

/** The whole text, filtered. */
export function filterLinks(text: string, allowed: (address: URL) => boolean): string {
  const filter = createLinkFilter(allowed);
  return filter.push(text) + filter.end();
}

/** Up to the parenthesis that closes the target. */
function lengthOfTarget(text: string): number {
  let open = 0;
  for (const { 0: sign, index } of text.matchAll(aroundTarget)) {
    if (sign === "(") open++;
    else if (sign !== ")" || open-- === 0) return index;
  }
  return text.length;
}

/** What stands behind an address in a sentence is none of it. */
function lengthWithoutPunctuation(address: string): number {
  let length = address.length;
  while (length > 0 && punctuation.includes(address.charAt(length - 1))) length--;
  return length;
}

/** A target leads where it says once escapes and references are read; what names no host leads nowhere from a chat. */
function parseTarget(target: string): URL | "relative" | null {
  const plain = target
    .replace(/\\(?=[!-/:-@[-`{-~])/g, "")
    .replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));?/gi, (_, hex?: string, decimal?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "";
    })
    .replace(/&(?:colon|sol|bsol|period|amp);/gi, (name) => references[name.toLowerCase()] ?? "");
  const url = URL.parse(plain) ?? URL.parse(target);
  if (url) return url;
  // Two slashes begin a host.
  return [plain, target].some((text) => /^[\s\p{Cc}\p{Cf}]*[/\\]{2}/u.test(text)) ? null : "relative";
}

const references: Record<string, string> = {
  "&colon;": ":",
  "&sol;": "/",
  "&bsol;": "\\",
  "&period;": ".",
  "&amp;": "&",
};

/**
 * Where an answer may lead: to addresses that stand in what it was made from, just as they stand there, and to hosts that the tenant
 * has named.
 *
 * @param given the texts of the passages, and where they are from
 */
export function allowLinks(given: readonly string[], hosts: readonly string[]): (address: URL) => boolean {
  const addresses = new Set<string>();
  for (const text of given) {
    // What the filter would find in them.
    filterLinks(text, (address) => {
      addresses.add(address.href);
      return true;
    });
  }
  return ({ href, protocol, hostname, username, password }) => {
    // A name before the host is there to be taken for it.
    if (username + password !== "" || !/^(?:https?|mailto):$/.test(protocol)) return false;
    return addresses.has(href) || (protocol !== "mailto:" && hosts.includes(hostname));
  };
}

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
};

/** A longer address is none that anybody gave. In UTF-16 code units. */
const longestAddress = 2_000;
/** Where an address may begin: a link's or picture's target, or one that stands in the text. */
const begins = /\]\([ \t\n]*<?|(?:https?|ftp):\/\/|mailto:/i;
/** The same, cut off. */
const mayBegin = /(?:\](?:\([ \t\n]*)?|h|ht|htt|https?|https?:\/?|f|ft|ftp|ftp:\/?|m|ma|mai|mail|mailt|mailto)$/i;
/** What an address is made of in the text, as the apps read it. */
const inText = /^[^\s<>"'`[\]|\\\u3000-\u303f\uff00-\uffef]*/;
const inTarget = /^[^\s<>]*/;
const hasAddress = /(?:https?|ftp):\/\/|mailto:/i;
const schemeAlone = /^(?:https?|ftp|mailto):?\/*$/i;
const punctuation = /[.,:;!?*_~)]+$/;

/**
 * @param allowed whether answers may lead to the address
 */
export function createLinkFilter(allowed: (address: URL) => boolean): LinkFilter {
  let held = "";

  function read(isEnd: boolean): string {
    let shown = "";
    for (;;) {
      const found = begins.exec(held);
      if (!found) break;
      const isTarget = found[0].startsWith("]");
      const start = isTarget ? found.index + found[0].length : found.index;
      const rest = held.slice(start);
      const address = isTarget ? targetIn(rest) : (inText.exec(rest)?.[0] ?? "");
      if (address.length === rest.length && !isEnd && rest.length <= longestAddress) {
        // It may go on.
        shown += held.slice(0, found.index);
        held = held.slice(found.index);
        return shown;
      }
      const end = isTarget ? address.length : address.replace(punctuation, "").length;
      shown += held.slice(0, start) + screened(rest.slice(0, end), isTarget);
      held = rest.slice(end);
    }
    const waiting = isEnd ? held.length : (mayBegin.exec(held)?.index ?? held.length);
    shown += held.slice(0, waiting);
    held = held.slice(waiting);
    return shown;
  }

  function screened(address: string, isTarget: boolean): string {
    if (!isTarget && schemeAlone.test(address)) return address;
    // What turns out to be no link's target is read as text, which has addresses of its own.
    if (isTarget && hasAddress.test(address.slice(inText.exec(address)?.[0].length))) return "";
    const url = isTarget ? parseTarget(address) : URL.parse(address);
    if (url === "relative" && hasAddress.test(address)) return "";
    if (url === "relative" || (url && address.length <= longestAddress && allowed(url))) return address;
    return isTarget ? "" : "…";
  }

  return {
    push(chunk) {
      held += chunk;
      return read(false);
    },
    end: () => read(true),
  };
}

/** The whole text, filtered. */
export function filterLinks(text: string, allowed: (address: URL) => boolean): string {
  const filter = createLinkFilter(allowed);
  return filter.push(text) + filter.end();
}

/** Up to the parenthesis that closes the target. */
function targetIn(text: string): string {
  const target = inTarget.exec(text)?.[0] ?? "";
  let open = 0;
  for (const [index, character] of [...target].entries()) {
    if (character === "(") open++;
    else if (character === ")" && open-- === 0) return [...target].slice(0, index).join("");
  }
  return target;
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

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
/**
 * Where an address may begin: a target, of a link or picture or as one is defined for them, or one that stands in the text. Between the
 * lines that come before a target may be the marks of a quotation.
 */
const begins = /\][(:][\s<>]*|(?:https?|ftp):\/\/|mailto:/i;
/** The same, cut off; what begins a target is found by the above. */
const mayBegin = /(?:\]|h|ht|htt|https?|https?:\/?|f|ft|ftp|ftp:\/?|m|ma|mai|mail|mailt|mailto)$/i;
/** What an address is made of in the text, as the apps read it. */
const inText = /^[^\s<>"'`[\]|\\\u3000-\u303f\uff00-\uffef]*/;
/** The same between `<` and `>`. */
const inAngles = /^[^\s<>]*/;
/** What may end a target; what is escaped does not. Browsers read over tabs. */
const aroundTarget = /\\[\\<>()]|[^\S\t]|[<>()]/g;
/** What is left of a target that is too long. */
const restOfTarget = /^(?:\t|[^\s<>)])*/;
/** A target between `<` and `>`. */
const targetInAngles = /^(?:\\[\\<>]|[^<>\n\r])*/;
/** What stands before the next target, where one was taken out: what comes behind it stands in its place. */
const beforeNext = /^[\s<>]*/;
/** What `]:` defines a link behind: a label at the beginning of a line, which may be one of quotations, lists and notes. */
const defines =
  /(?:^|[\n\r])[^\S\n\r]*(?:(?:>|[-*+]|\d{1,9}[.)]|\[\^(?:[^\s[\]\\]|\\[\s\S])+\]:)[^\S\n\r]*)*\[(?:[^[\]\\]|\\[\s\S])*$/;
/** A longer label, with the marks of the lines that it stands in, is none that anybody gave. */
const longestLabel = 1_200;
/** A bracket that is certainly no part of a label. */
const endsLabel = /[^\\][[\]]/;
/** Nothing goes on over it. */
const blankLine = /(?:\r\n|\r(?!\n)|\n)[^\S\n\r]*[\n\r]/;
/** Behind the target of a definition comes a title, or its line ends: these are the first words of a sentence, and none of a link. */
const beginsSentence =
  /^\]:[ \t]*\n?[ \t]*(?![<>])(?:(?!\]\()[^ \t\n])+[ \t]{1,100}(?:[^ \t\n"'(]|(?:"[^"\\\n]*"|'[^'\\\n]*'|\([^()\\\n]*\))[ \t]{0,100}[^ \t\n])/;
/** The same, cut off. */
const mayBeginSentence =
  /^\]:[ \t]*\n?[ \t]*(?![<>])(?:(?!\]\()[^ \t\n])+(?:[ \t]{0,100}|[ \t]{1,100}(?:"[^"\\\n]*"?|'[^'\\\n]*'?|\([^()\\\n]*\)?)[ \t]{0,100})$/;
/** In what seems to be a target: the end of a link's text, so that it may be a part of that. */
const endsText = /\][(:]/;
/** More says nothing more. */
const longestGap = 100;
const hasAddress = /(?:https?|ftp):\/\/|mailto:/i;
const schemeAlone = /^(?:https?|ftp|mailto):?\/*$/i;
const anySchemeAlone = /^[a-z][a-z\d+.-]*:$/i;
const endsTarget = /^[ \n\r)]?$/;
const punctuation = ".,:;!?*_~)";

/**
 * What is yet to be shown, what goes on of an address that was too long, and whether it stands where a target was that was taken out.
 */
type Waiting = { held: string; swallowed: RegExp | undefined; inTarget: boolean };

/**
 * @param allowed whether answers may lead to the address
 */
export function createLinkFilter(allowed: (address: URL) => boolean): LinkFilter {
  let said = "";
  let endsInReturn = false;
  let waiting: Waiting = { held: "", swallowed: undefined, inTarget: false };

  function read({ held, swallowed, inTarget }: Waiting, isEnd: boolean): Waiting & { shown: string } {
    let shown = "";
    for (;;) {
      if (swallowed) {
        held = held.slice(lengthOf(swallowed, held));
        if (held === "") return { shown, held, swallowed, inTarget };
        swallowed = undefined;
      }
      const found = (inTarget ? beforeNext : begins).exec(held);
      if (!found) break;
      shown += held.slice(0, found.index);
      held = held.slice(found.index);
      const isTarget = inTarget || found[0].startsWith("]");
      const isDefinition = !inTarget && found[0].startsWith("]:");
      const opening = isTarget ? found[0].slice(0, longestGap) : "";
      const blank = blankLine.exec(opening);
      if (blank || (isDefinition && !mayDefine(said, shown))) {
        const length = blank ? blank.index + blank[0].length : 2;
        shown += held.slice(0, length);
        held = held.slice(length);
        inTarget = false;
        continue;
      }
      if (inTarget && /\n/.test(opening) && held.charAt(found[0].length) === "[") {
        // No target begins so, but the next line's label does.
        shown += found[0];
        held = held.slice(found[0].length);
        inTarget = false;
        continue;
      }
      const start = isTarget ? found[0].length : 0;
      // Never more is looked at, whatever comes behind it.
      const rest = held.slice(start, start + longestAddress + 1);
      const isInAngles = isTarget ? opening.lastIndexOf("<") > opening.lastIndexOf(">") : (shown || said).endsWith("<");
      const [inAnglesHere, outside] = isTarget ? [targetInAngles, lengthOfTarget] : [inAngles, lengthInText];
      let length = isInAngles ? lengthOf(inAnglesHere, rest) : outside(rest);
      if (length === rest.length && !isEnd && length <= longestAddress) {
        // It may go on.
        return { shown, held: opening + rest, swallowed, inTarget };
      }
      if (isDefinition) length = lengthBeforeText(rest.slice(0, length));
      const isTooLong = length > longestAddress;
      const end = isTarget || isInAngles || isTooLong ? length : lengthWithoutPunctuation(rest.slice(0, length));
      const address = screened(rest.slice(0, end), isTarget, rest.charAt(end));
      if (isDefinition && address === "" && end > 0) {
        const line = opening + rest.slice(0, longestAddress);
        if (beginsSentence.test(line)) {
          shown += opening;
          held = held.slice(start);
          continue;
        }
        const mayGoOn = !isEnd && rest.length < longestAddress && mayBeginSentence.test(line);
        if (mayGoOn) return { shown, held: line, swallowed, inTarget };
      }
      shown += opening + address;
      held = held.slice(start + end);
      inTarget = isTarget && end > 0 && address === "";
      if (isTooLong) swallowed = isInAngles ? inAnglesHere : isTarget ? restOfTarget : inText;
    }
    const until = isEnd ? held.length : (mayBegin.exec(held)?.index ?? held.length);
    return { shown: shown + held.slice(0, until), held: held.slice(until), swallowed, inTarget };
  }

  function screened(address: string, isTarget: boolean, next: string): string {
    if (address.length > longestAddress) return isTarget ? "" : "…";
    if ((isTarget ? anySchemeAlone : schemeAlone).test(address) && (!isTarget || endsTarget.test(next))) return address;
    // What turns out to be no link's target is read as text, which has addresses and links of its own.
    if (isTarget && endsText.test(address)) return "";
    if (isTarget && hasAddress.test(address.slice(lengthInText(address)))) return "";
    const urls = isTarget ? parseTarget(address) : [URL.parse(address)];
    if (urls === "relative") return hasAddress.test(address) ? "" : address;
    if (urls.every((url) => url && allowed(url))) return address;
    return isTarget ? "" : "…";
  }

  function go(isEnd: boolean): string {
    const { shown, ...left } = read(waiting, isEnd);
    waiting = left;
    said += shown;
    return shown;
  }

  /** For some a carriage return ends a line, for others it is nothing within an address: what is shown has none. */
  function withLineFeeds(chunk: string): string {
    if (chunk === "") return "";
    const text = endsInReturn && chunk.startsWith("\n") ? chunk.slice(1) : chunk;
    endsInReturn = chunk.endsWith("\r");
    return text.replace(/\r\n?/g, "\n");
  }

  return {
    push(chunk) {
      waiting.held += withLineFeeds(chunk);
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
    if (sign.startsWith("\\")) continue;
    if (sign === "(") open++;
    else if (sign !== ")" || open-- === 0) return index;
  }
  return text.length;
}

/** Whether a definition goes on with `]:` behind these. */
function mayDefine(said: string, shown: string): boolean {
  const near = (said.slice(-longestLabel) + shown.slice(-longestLabel)).slice(-longestLabel);
  if (defines.test(near)) return true;
  // Cut off, perhaps within the marks of the line in which the label begins.
  const [line = ""] = near.split("\n", 1);
  return near.length === longestLabel && !endsLabel.test(near.slice(line.indexOf("[") + 1));
}

/** Mostly `[1]:` defines nothing, and the address behind it is one of a sentence: if nothing else goes on from that. */
function lengthBeforeText(target: string): number {
  const at = target.search(hasAddress);
  if (at < 0) return target.length;
  const isBehindWords = !/^[\s\p{Cc}\p{Cf}]*$/u.test(decoded(target.slice(0, at)));
  return isBehindWords || lengthInText(target.slice(at)) === target.length - at ? at : target.length;
}

const lengthInText = (text: string): number => lengthOf(inText, text);
const lengthOf = (start: RegExp, text: string): number => start.exec(text)?.[0].length ?? 0;

/** What stands behind an address in a sentence is none of it. */
function lengthWithoutPunctuation(address: string): number {
  let length = address.length;
  while (length > 0 && punctuation.includes(address.charAt(length - 1))) length--;
  return length;
}

/** As it says once escapes and references are read. */
function decoded(target: string): string {
  return target.replace(
    /\\([!-/:-@[-`{-~])|&#(?:x([0-9a-f]{1,6})|(\d{1,7}));?|&(?:colon|sol|bsol|period|amp|tab|newline);/gi,
    (all, escaped?: string, hex?: string, decimal?: string) => {
      if (escaped !== undefined) return escaped;
      if (hex === undefined && decimal === undefined) return references[all.toLowerCase()] ?? "";
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "";
    },
  );
}

/**
 * Where it leads: for those who read escapes and references in it, and for those who don't, as our own apps. What names no host leads
 * nowhere from a chat.
 */
function parseTarget(target: string): (URL | null)[] | "relative" {
  const readings = [decoded(target), target];
  // Two slashes begin a host, whatever browsers read over between them.
  if (readings.some((text) => /^[\s\p{Cc}\p{Cf}]*[/\\][\t\n\r]*[/\\]/u.test(text))) return [null];
  const urls = readings.flatMap((text) => URL.parse(text) ?? []);
  return urls.length === 0 ? "relative" : urls;
}

const references: Record<string, string> = {
  "&colon;": ":",
  "&sol;": "/",
  "&bsol;": "\\",
  "&period;": ".",
  "&amp;": "&",
  "&tab;": "\t",
  "&newline;": "\n",
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

// Not the punctuation of scripts that put no space after it.
const bareAddress = /https?:\/\/[^\s<>"'`[\]|\\\u3000-\u303f\uff00-\uffef]+/iy;
const wordCharacter = /[\p{L}\p{N}]/u;

/** The web address that begins at `at`, without the punctuation of the sentence that it stands in. */
export function bareAddressAt(text: string, at: number): string | undefined {
  if (wordCharacter.test(text[at - 1] ?? "")) return undefined;
  bareAddress.lastIndex = at;
  const address = bareAddress.exec(text)?.[0] ?? "";
  let open = 0;
  for (const character of address) open += character === "(" ? 1 : character === ")" ? -1 : 0;
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1] ?? "";
    if (last === ")" && open < 0) open++;
    else if (!".,:;!?*_~".includes(last)) break;
  }
  return address.slice(0, end) || undefined;
}

/** The address as a browser reads it, when it leads to a page or a mailbox. */
export function safeAddress(address: string): string | undefined {
  try {
    const { protocol, href } = new URL(address);
    return /^(?:https?|mailto):$/.test(protocol) ? href : undefined;
  } catch {
    // No absolute address: it leads nowhere from here.
    return undefined;
  }
}

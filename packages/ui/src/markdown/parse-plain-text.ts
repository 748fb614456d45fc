import { bareAddressAt, safeAddress } from "./addresses.ts";
import { appendText, type Inline } from "./markdown-tree.ts";

/** Reads what a person typed: nothing is markup, web addresses are links. */
export function parsePlainText(source: string): Inline[] {
  const nodes: Inline[] = [];
  let done = 0;
  for (const { index } of source.matchAll(/https?:/gi)) {
    const address = index < done ? undefined : bareAddressAt(source, index);
    const href = address && safeAddress(address);
    if (!address || !href) continue;
    const end = index + address.length;
    appendText(nodes, source, done, index);
    nodes.push({
      type: "link",
      href,
      children: [{ type: "text", start: index, end, value: address }],
      start: index,
      end,
    });
    done = end;
  }
  appendText(nodes, source, done, source.length);
  return nodes;
}

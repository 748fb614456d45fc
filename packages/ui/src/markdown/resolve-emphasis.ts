import type { Inline, Span } from "./markdown-tree.ts";

/** A row of `*` or `_`, and what became of its characters. */
export type Delimiter = {
  type: "delimiter";
  at: number;
  character: string;
  count: number;
  /** Characters that belong to no emphasis. */
  left: number;
  canOpen: boolean;
  canClose: boolean;
  /** How many characters each emphasis took, the innermost first. */
  closes: number[];
  opens: number[];
};

/** A part of a block's text before its emphasis is known. Positions count within the block's joined lines. */
export type Piece = { type: "text"; at: number; end: number } | { type: "node"; node: Inline; at?: never } | Delimiter;

/** Of emphasis within emphasis. Deeper ones show as if they were none, so that no input exhausts the stack. */
const maximumDepth = 12;

/** Turns pieces into nodes: CommonMark's rules for emphasis, in time that grows with the number of pieces. */
export function resolveEmphasis(
  pieces: readonly Piece[],
  appendNodes: (from: number, to: number, nodes: Inline[]) => unknown,
  spanOf: (from: number, to: number) => Span,
): Inline[] {
  pairDelimiters(pieces);
  const root: Inline[] = [];
  const frames: { children: Inline[]; from: number; type: "emphasis" | "strong" }[] = [];
  const current = () => frames.at(-1)?.children ?? root;

  for (const piece of pieces) {
    if (piece.type === "text") appendNodes(piece.at, piece.end, current());
    else if (piece.type === "node") current().push(piece.node);
    else {
      let { at } = piece;
      for (const taken of piece.closes) {
        at += taken;
        const closed = frames.pop();
        if (!closed || closed.children === current()) continue;
        current().push({ type: closed.type, children: closed.children, ...spanOf(closed.from, at) });
      }
      appendNodes(at, at + piece.left, current());
      at += piece.left;
      for (const taken of piece.opens.toReversed()) {
        const children = frames.length < maximumDepth ? [] : current();
        frames.push({ children, from: at, type: taken === 2 ? "strong" : "emphasis" });
        at += taken;
      }
    }
  }
  return root;
}

function pairDelimiters(pieces: readonly Piece[]): void {
  const openers: Delimiter[] = [];
  /** For each kind of closer: below this index no opener fits it. */
  const searched = new Map<string, number>();
  const keep = (length: number) => {
    openers.length = length;
    for (const [kind, index] of searched) if (index > length) searched.set(kind, length);
  };

  for (const closer of pieces) {
    if (closer.type !== "delimiter") continue;
    const kind = `${closer.character}${closer.canOpen}${closer.count % 3}`;
    while (closer.canClose && closer.left > 0) {
      const bottom = searched.get(kind) ?? 0;
      let index = openers.length - 1;
      while (index >= bottom && !fits(openers[index] as Delimiter, closer)) index--;
      if (index < bottom) {
        searched.set(kind, openers.length);
        break;
      }
      const opener = openers[index] as Delimiter;
      const taken = opener.left >= 2 && closer.left >= 2 ? 2 : 1;
      opener.left -= taken;
      closer.left -= taken;
      opener.opens.push(taken);
      closer.closes.push(taken);
      keep(opener.left > 0 ? index + 1 : index);
    }
    if (closer.canOpen && closer.left > 0) openers.push(closer);
  }
}

function fits(opener: Delimiter, closer: Delimiter): boolean {
  if (opener.character !== closer.character) return false;
  const ambiguous = opener.canClose || closer.canOpen;
  return !ambiguous || (opener.count + closer.count) % 3 !== 0 || (opener.count % 3 === 0 && closer.count % 3 === 0);
}

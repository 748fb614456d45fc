/** Where something stands in the source: `[start, end)` in UTF-16 code units, like JavaScript's `slice`. */
export type Span = { start: number; end: number };

/** Characters as they stand in the source: `value` is `source.slice(start, end)`, always. */
export type Text = Span & { type: "text"; value: string };

export type Inline =
  | Text
  | (Span & { type: "emphasis" | "strong"; children: Inline[] })
  | (Span & { type: "code"; children: Text[] })
  /** `href` is absolute: http, https or mailto. */
  | (Span & { type: "link"; href: string; children: Inline[] })
  /** Never loaded: its description stands for it. */
  | (Span & { type: "image"; children: Text[] })
  | (Span & { type: "break" });

export type ListItem = Span & { children: Block[] };
export type Cell = Span & { children: Inline[] };

export type Block =
  | (Span & { type: "paragraph"; children: Inline[] })
  | (Span & { type: "heading"; level: number; children: Inline[] })
  | (Span & { type: "code-block"; language: string; children: Text[] })
  | (Span & { type: "quote"; children: Block[] })
  /** `first` is the number of the first item; undefined when the list has bullets. */
  | (Span & { type: "list"; first: number | undefined; items: ListItem[] })
  /** The first row is the head. */
  | (Span & { type: "table"; rows: Cell[][] })
  | (Span & { type: "rule" });

/** Appends the source's characters `[start, end)`: to the last text when they go on from it. */
export function appendText(nodes: (Inline | Text)[], source: string, start: number, end: number): void {
  if (end <= start) return;
  const last = nodes.at(-1);
  if (last?.type === "text" && last.end === start) {
    last.end = end;
    last.value = source.slice(last.start, end);
  } else {
    nodes.push({ type: "text", start, end, value: source.slice(start, end) });
  }
}

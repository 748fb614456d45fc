/** Views of the inbox, as in its tabs. */
export const views = ["assistant", "waiting", "mine", "all"] as const;
export type View = (typeof views)[number];

/** What of the inbox stands in the address. */
export type InboxSearch = {
  /** Absent: all conversations. */
  view?: Exclude<View, "all">;
  /** The citation that is open beside the conversation: `<message id>.<number>`. */
  cite?: string;
};

/** Reads the address; what makes no sense is left out. */
export function parseInboxSearch(search: Record<string, unknown>): InboxSearch {
  const view = views.find((each) => each !== "all" && each === search.view) as InboxSearch["view"];
  const cite =
    typeof search.cite === "string" && /^[0-9a-f-]{36}\.[1-9]\d{0,3}$/.test(search.cite) ? search.cite : undefined;
  return { ...(view && { view }), ...(cite && { cite }) };
}

/** The open citation's message and number. */
export function parseCite(cite: string | undefined): { messageId: string; number: number } | undefined {
  const [messageId, number] = cite?.split(".") ?? [];
  return messageId && number ? { messageId, number: Number(number) } : undefined;
}

/** What a page tells the widget when it starts it. */
export type ParleyOptions = {
  /** The inbox's publishable key. */
  key: string;
  /** Where Parley's api is, without a path: `https://api.example.com`. */
  api: string;
  /** `auto`, which is the default, follows the visitor's system. */
  theme?: "light" | "dark" | "auto" | undefined;
  /** `#rgb` or `#rrggbb`; what stands on it and beside it is chosen so that it can be read. */
  accent?: string | undefined;
  /** Questions that a visitor may begin with, at most a handful. None by default. */
  suggestions?: readonly string[] | undefined;
};

export type ParleyEvents = {
  /** The panel can open without loading anything. */
  ready: undefined;
  open: undefined;
  close: undefined;
  /** How many messages the visitor has not seen; after each change. */
  unread: number;
  /** The contact's id, once it is known and when it is another: what the workspace's own tools are told of who asks. */
  contact: string;
  /** Something that the page's owner should know: the codes of docs/protocol.md, or `widget.not_loaded`, `network`. */
  error: { code: string };
};

export interface Parley {
  /** Puts the launcher on the page. Again with the same key it does nothing; with another it begins anew. */
  boot(options: ParleyOptions): void;
  open(): void;
  /** Collapses the panel; the launcher stays. */
  close(): void;
  /** Brings back what `hide` took away. */
  show(): void;
  /** Takes everything off the page; the conversation goes on and is there again after `show`. */
  hide(): void;
  /** Takes everything off the page and out of this browser, as when somebody signs out. `boot` begins anew, as a stranger. */
  shutdown(): void;
  /** @returns what ends it */
  on<Name extends keyof ParleyEvents>(name: Name, listener: (detail: ParleyEvents[Name]) => void): () => void;
}

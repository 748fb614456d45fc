/** Limits that a client may need to know before it sends. Text is counted in UTF-16 code units, like JavaScript's `length`. */
export const limits = {
  messageLength: 4_000,
  /** Messages that one subscription replays; whoever missed more reads the rest over HTTP. */
  replayedMessages: 200,
  /** Messages that one page over HTTP holds. */
  messagePage: 100,
  channelsPerSocket: 50,
  socketFrameBytes: 16 * 1024,
  /** Frames that a client may send at once, and for how many more a second it may send after that. */
  socketFrameBurst: 120,
  socketFramesPerSecond: 20,
  /** Until a socket has to have authenticated. */
  socketAuthenticateMs: 10_000,
  httpBodyBytes: 256 * 1024,
  /** One document, as uploaded. */
  documentBytes: 10 * 1024 * 1024,
} as const;

/** How many requests over HTTP each api process lets in. An address is one of IPv4 or a /64 of IPv6. */
export const rateLimits = {
  /** From one address. */
  signIns: { max: 20, seconds: 60 },
  /** From one address; a company's people may share it. */
  widgetRequests: { max: 600, seconds: 60 },
  /** Of one contact, from wherever. */
  messages: { max: 30, seconds: 60 },
} as const;

/** Limits that a client may need to know before it sends. Text is counted in UTF-16 code units, like JavaScript's `length`. */
export const limits = {
  messageLength: 4_000,
  /** Messages that one subscription replays; whoever missed more subscribes again. */
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

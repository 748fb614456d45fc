export * from "./audit.ts";
export * from "./conversation.ts";
export * from "./errors.ts";
export * from "./events.ts";
export * from "./ids.ts";
export * from "./limits.ts";
export * from "./realtime.ts";
export * from "./widget.ts";

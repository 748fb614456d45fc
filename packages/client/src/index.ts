export * from "./conversation-state.ts";
export * from "./realtime-client.ts";

export * from "./api-keys.ts";
export * from "./assistant.ts";
export * from "./audit.ts";
export * from "./conversations.ts";
export * from "./costs.ts";
export * from "./invitations.ts";
export * from "./knowledge.ts";
export * from "./tenants.ts";

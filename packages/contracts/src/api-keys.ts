/** What an API key may open. */
export const apiKeyScopes = ["conversations:read", "documents:read", "documents:write"] as const;
export type ApiKeyScope = (typeof apiKeyScopes)[number];

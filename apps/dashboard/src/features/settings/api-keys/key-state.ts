/** What a key opens now: everything it may, the same for a while only, or nothing. */
export type KeyState = "good" | "replaced" | "revoked" | "expired";

type Facts = { revokedAt: string | null; expiresAt: string; replacedBy: string | null };

export function stateOf({ revokedAt, expiresAt, replacedBy }: Facts, nowMs: number): KeyState {
  if (revokedAt) return "revoked";
  if (Date.parse(expiresAt) <= nowMs) return "expired";
  return replacedBy ? "replaced" : "good";
}

/** Whether it opens anything. */
export function isUsable(state: KeyState): boolean {
  return state === "good" || state === "replaced";
}

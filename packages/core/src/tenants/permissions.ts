import type { Role } from "@parley/contracts";

/** Who may do what in a tenant: all of it. A procedure names the permission that it needs (`procedureFor`), and no role is named elsewhere. */
export const permissions = {
  "conversations.read": ["owner", "admin", "member", "viewer"],
  /** To take over, speak, give back and put to rest. */
  "conversations.answer": ["owner", "admin", "member"],
  "knowledge.read": ["owner", "admin", "member", "viewer"],
  /** To add, change and remove what answers are made from. */
  "knowledge.manage": ["owner", "admin"],
  /** To say which questions are asked again after each change, and what is right. */
  "tests.manage": ["owner", "admin", "member"],
  /** What answers cost, and why they came out so. */
  "runs.read": ["owner", "admin", "member", "viewer"],
  /** What the assistant is called and told. */
  "assistant.read": ["owner", "admin", "member", "viewer"],
  "assistant.manage": ["owner", "admin"],
  /** What was spent on models, for what, and what the budget does. */
  "costs.read": ["owner", "admin", "member", "viewer"],
  "budget.manage": ["owner", "admin"],
  /** To see and change which models write answers, their keys and prices, and to try them. */
  "models.manage": ["owner", "admin"],
  /** To see, make, replace and revoke the keys by which programs get in. */
  "api_keys.manage": ["owner", "admin"],
  "members.read": ["owner", "admin", "member", "viewer"],
  /** To invite, change roles and remove; of owners only with `owners.manage`. */
  "members.manage": ["owner", "admin"],
  /** To make owners, and to change or remove them. */
  "owners.manage": ["owner"],
  /** To go. */
  "membership.leave": ["owner", "admin", "member", "viewer"],
  "workspace.rename": ["owner", "admin"],
  /** What the workspace asks of everybody who signs in. */
  "workspace.secure": ["owner"],
  /** To be told at once of what changes. */
  "realtime.listen": ["owner", "admin", "member", "viewer"],
  /** Who did what to what, from where. */
  "audit.read": ["owner", "admin"],
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof permissions;

/** Whether the role holds the permission. */
export function may(role: Role, permission: Permission): boolean {
  const holders: readonly Role[] = permissions[permission];
  return holders.includes(role);
}

import type { MemberSession } from "../../session/session.ts";

export type Role = MemberSession["member"]["role"];

/** From most to least, and what each may do. */
export const roles: readonly { role: Role; label: string; means: string }[] = [
  { role: "owner", label: "Owner", means: "Everything, and decides who else owns the workspace" },
  { role: "admin", label: "Admin", means: "Manages members, keys and the workspace" },
  { role: "member", label: "Member", means: "Takes over and answers conversations" },
  { role: "viewer", label: "Viewer", means: "Reads along" },
];

export function roleLabel(role: Role): string {
  return roles.find((known) => known.role === role)?.label ?? role;
}

export function managesMembers(role: Role): boolean {
  return role === "owner" || role === "admin";
}

/** The roles that somebody with the role `by` may give. Owners alone make owners. */
export function rolesGivenBy(by: Role): typeof roles {
  if (!managesMembers(by)) return [];
  return roles.filter(({ role }) => by === "owner" || role !== "owner");
}

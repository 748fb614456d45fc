import type { LinkProps } from "@tanstack/react-router";
import { Building2, KeyRound, type LucideIcon, ScrollText, ShieldCheck, UserRound, UsersRound } from "lucide-react";
import type { MemberSession } from "../../session/session.ts";

type Role = MemberSession["member"]["role"];
type Place = {
  to: NonNullable<LinkProps["to"]>;
  label: string;
  icon: LucideIcon;
  /** Which members may go there; all of them, when it does not say. */
  roles?: readonly Role[];
};

const everybody: readonly Role[] = ["owner", "admin", "member", "viewer"];

const groups: { name: string; isOfAccount?: boolean; places: Place[] }[] = [
  {
    name: "Your account",
    isOfAccount: true,
    places: [
      { to: "/settings/profile", label: "Profile", icon: UserRound },
      { to: "/settings/security", label: "Security", icon: ShieldCheck },
    ],
  },
  {
    name: "Workspace",
    places: [
      { to: "/settings/workspace", label: "General", icon: Building2 },
      { to: "/settings/members", label: "Members", icon: UsersRound },
      { to: "/settings/api-keys", label: "API keys", icon: KeyRound, roles: ["owner", "admin"] },
      { to: "/settings/audit-log", label: "Audit log", icon: ScrollText, roles: ["owner", "admin"] },
    ],
  },
];

/**
 * The pages of the settings that somebody with the role can use; without one, those of their account. The server decides; this only
 * shows no closed doors.
 */
export function placesFor(role: Role | undefined) {
  const isOpen = ({ roles = everybody }: Place) => role !== undefined && roles.includes(role);
  return groups
    .map(({ name, places, isOfAccount = false }) => ({
      name,
      places: isOfAccount ? places : places.filter(isOpen),
    }))
    .filter(({ places }) => places.length > 0);
}

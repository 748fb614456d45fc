import type { LinkProps } from "@tanstack/react-router";
import { BookOpenText, Bot, Coins, Inbox, ListChecks, type LucideIcon, PackageOpen, Settings } from "lucide-react";

type Place = {
  to: NonNullable<LinkProps["to"]>;
  label: string;
  icon: LucideIcon;
  /** On a phone it is in the menu that "More" opens. */
  isBehindMore?: true;
};

/** The places of the app, in order. A phone has room for three of them and for "More". */
export const places: readonly Place[] = [
  { to: "/inbox", label: "Inbox", icon: Inbox },
  { to: "/knowledge", label: "Knowledge", icon: BookOpenText },
  { to: "/assistant", label: "Assistant", icon: Bot },
  { to: "/costs", label: "Costs", icon: Coins, isBehindMore: true },
  { to: "/gaps", label: "Gaps", icon: PackageOpen, isBehindMore: true },
  { to: "/tests", label: "Tests", icon: ListChecks, isBehindMore: true },
  { to: "/settings", label: "Settings", icon: Settings, isBehindMore: true },
];

/** Those that a phone has behind "More". */
export const placesBehindMore = places.filter(({ isBehindMore }) => isBehindMore);

import { useLocation } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { type ComponentProps, lazy, Suspense, useState } from "react";
import { Avatar } from "../components/avatar.tsx";
import { classNames } from "../components/class-names.ts";
import { useMember } from "../session/session.ts";
import { placesBehindMore } from "./places.ts";

const loadMenu = () => import("./user-menu.tsx");
const UserMenu = lazy(async () => {
  const { UserMenu } = await loadMenu();
  return { default: UserMenu };
});

/** Opens the user's menu, whose code is loaded when somebody reaches for it. */
export function UserMenuButton({ className }: { className: string }) {
  const [wanted, setWanted] = useState(false);
  const load = () => void loadMenu();
  const button = (
    <UserMenuTrigger
      className={className}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={load}
      onFocus={load}
      onClick={() => setWanted(true)}
    />
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <UserMenu trigger={<UserMenuTrigger className={className} />} />
    </Suspense>
  );
}

/** On a phone it is "More": the places that have no room there are in the same menu. */
function UserMenuTrigger({ className, ...props }: ComponentProps<"button">) {
  const { member, user } = useMember();
  const { pathname } = useLocation();
  const isBehind = placesBehindMore.some(({ to }) => pathname.startsWith(to));
  return (
    <button
      type="button"
      {...props}
      className={classNames(className, isBehind && "max-md:bg-surface max-md:!text-accent-ink max-md:shadow-xs")}
    >
      <span className="max-md:hidden">
        <Avatar name={member.name} personId={user.id} size="small" />
      </span>
      <Ellipsis aria-hidden className="size-5 md:hidden" strokeWidth={1.75} />
      <span className="max-md:hidden">You</span>
      <span className="md:hidden">More</span>
      <span className="sr-only">: {member.name}, account and theme</span>
    </button>
  );
}

import { type ComponentProps, lazy, Suspense, useState } from "react";
import { Avatar } from "../components/avatar.tsx";
import { useMember } from "../session/session.ts";

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

function UserMenuTrigger(props: ComponentProps<"button">) {
  const { member, user } = useMember();
  return (
    <button type="button" {...props}>
      <Avatar name={member.name} personId={user.id} size="small" />
      <span>
        You<span className="sr-only">: {member.name}, account and theme</span>
      </span>
    </button>
  );
}

import { Link } from "@tanstack/react-router";
import { ArrowLeft, CircleCheck, type LucideIcon, Sparkles, UserRoundCheck } from "lucide-react";
import { Avatar } from "../../components/avatar.tsx";
import { Button } from "../../components/button.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { actionsFor, type Owner, type OwnerAction } from "./owner-of.ts";
import { OwnerTag } from "./owner-tag.tsx";

const looks: Record<OwnerAction, { label: string; icon: LucideIcon }> = {
  takeOver: { label: "Take over", icon: UserRoundCheck },
  returnToAssistant: { label: "Return to assistant", icon: Sparkles },
  resolve: { label: "Resolve", icon: CircleCheck },
};

type OwnerActionsProps = {
  owner: Owner;
  /** What is under way. */
  busy: OwnerAction | undefined;
  onAction: (action: OwnerAction) => void;
};

type ConversationHeaderProps = OwnerActionsProps & {
  contact: { id: string; name: string | null; label: string };
  inboxName: string | undefined;
  mayAct: boolean;
};

/** Whose conversation it is, and what a member can do about that. */
export function ConversationHeader({ contact, inboxName, mayAct, ...actions }: ConversationHeaderProps) {
  return (
    <header className="@container flex min-h-16 items-center gap-3 border-b border-line bg-canvas px-3 py-2.5 md:px-6">
      <Link
        to="/inbox"
        search={({ view }) => (view ? { view } : {})}
        aria-label="Back to the list"
        className="-ms-1 grid size-9 place-items-center rounded-control text-ink-soft hover:bg-hover md:hidden"
      >
        <ArrowLeft aria-hidden className="size-5 rtl:-scale-x-100" />
      </Link>
      <Avatar name={contact.name} personId={contact.id} size="large" />
      <div className="min-w-0 grow">
        <h2 className="truncate font-semibold" dir="auto">
          {contact.label}
        </h2>
        <p className="flex min-w-0 items-center gap-2 text-xs text-ink-soft">
          <OwnerTag owner={actions.owner} />
          {inboxName && <span className="hidden truncate @xl:inline">· {inboxName}</span>}
        </p>
      </div>
      {mayAct && <OwnerActions {...actions} />}
    </header>
  );
}

/** Where there is little room, the less likely actions are their signs alone. */
const compact = {
  two: { button: "@max-md:w-9 @max-md:px-0", label: "@max-md:sr-only" },
  three: { button: "@max-2xl:w-9 @max-2xl:px-0", label: "@max-2xl:sr-only" },
};

function OwnerActions({ owner, busy, onAction }: OwnerActionsProps) {
  const [likeliest, ...others] = actionsFor(owner);
  const look = others.length > 1 ? compact.three : compact.two;
  return (
    <div className="flex gap-2">
      {[...others.reverse(), likeliest].map((action) => {
        const { label, icon: Icon } = looks[action];
        const primary = action === likeliest && owner.kind !== "colleague" && owner.kind !== "resolved";
        return (
          <Button
            key={action}
            variant={primary ? "primary" : "secondary"}
            busy={busy !== undefined}
            onClick={() => onAction(action)}
            title={label}
            // On a phone, taking over stands in the composer's place.
            className={action === "takeOver" ? "max-md:hidden" : look.button}
          >
            <Icon aria-hidden className="size-4" />
            <span className={action === "takeOver" ? undefined : look.label}>{label}</span>
          </Button>
        );
      })}
    </div>
  );
}

export function HeaderSkeleton() {
  return (
    <div className="flex min-h-16 items-center gap-3 border-b border-line px-6 py-2.5">
      <Skeleton className="size-10 !rounded-full" />
      <div className="space-y-2">
        <Skeleton className="h-3.5 w-36" />
        <Skeleton className="h-3 w-24" />
      </div>
    </div>
  );
}

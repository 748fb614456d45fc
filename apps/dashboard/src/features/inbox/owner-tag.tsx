import { Check, Clock, Sparkles, UserRound } from "lucide-react";
import { classNames } from "../../components/class-names.ts";
import { type Owner, ownerLabel } from "./owner-of.ts";

const looks = {
  assistant: { icon: Sparkles, color: "text-accent-ink" },
  waiting: { icon: null, color: "text-warn" },
  me: { icon: UserRound, color: "text-ink" },
  colleague: { icon: UserRound, color: "text-ink-soft" },
  snoozed: { icon: Clock, color: "text-ink-soft" },
  resolved: { icon: Check, color: "text-ink-soft" },
};

/** Who has the conversation, by a sign and in words. */
export function OwnerTag({ owner, className }: { owner: Owner; className?: string }) {
  const { icon: Icon, color } = looks[owner.kind];
  return (
    <span className={classNames("inline-flex min-w-0 items-center gap-1.5 text-xs font-medium", color, className)}>
      {Icon ? (
        <Icon aria-hidden className="size-3.5 shrink-0" />
      ) : (
        <span aria-hidden className="mx-0.5 size-2 shrink-0 rounded-full bg-warn" />
      )}
      <span className="truncate">{ownerLabel(owner)}</span>
    </span>
  );
}

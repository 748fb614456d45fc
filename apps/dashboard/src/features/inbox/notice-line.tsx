import type { Message, Notice } from "@parley/contracts";
import { CircleCheck, Hand, type LucideIcon, Sparkles, UserRoundCheck } from "lucide-react";
import { Moment } from "../../components/moment.tsx";

const looks: Record<Notice, { icon: LucideIcon; words: (name: string | null) => string }> = {
  handed_off: { icon: Hand, words: () => "The visitor asked for a person" },
  taken_over: { icon: UserRoundCheck, words: (name) => `${name ?? "A member"} took over` },
  returned: { icon: Sparkles, words: (name) => `${name ?? "A member"} returned it to the assistant` },
  resolved: { icon: CircleCheck, words: (name) => `${name ?? "A member"} resolved the conversation` },
};

/** A change of owner, between the messages. */
export function NoticeLine({ message, notice }: { message: Message; notice: Notice }) {
  const { icon: Icon, words } = looks[notice];
  return (
    <div className="flex justify-center py-1">
      <p className="flex items-center gap-2 rounded-full bg-sunken px-3 py-1 text-xs text-ink-soft">
        <Icon aria-hidden className="size-3.5 shrink-0" />
        <span dir="auto">{words(message.authorName)}</span>
        <Moment at={message.createdAt} />
      </p>
    </div>
  );
}

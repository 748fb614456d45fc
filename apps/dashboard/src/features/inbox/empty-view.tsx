import { Inbox, type LucideIcon, PartyPopper, Sparkles, UserRound } from "lucide-react";
import { EmptyState } from "../../components/empty-state.tsx";
import type { View } from "./inbox-search.ts";

const empties: Record<View, { icon: LucideIcon; title: string; advice: string }> = {
  assistant: {
    icon: Sparkles,
    title: "The assistant has nothing to answer",
    advice: "Conversations are here while the assistant has them. Write something in the widget to see one arrive.",
  },
  waiting: {
    icon: PartyPopper,
    title: "Nobody is waiting",
    advice: "A conversation is here when its visitor asked for a person and no member has taken it over.",
  },
  mine: {
    icon: UserRound,
    title: "Nothing is assigned to you",
    advice: "Open a conversation and press “Take over” to answer it yourself.",
  },
  all: {
    icon: Inbox,
    title: "No conversations yet",
    advice: "Open a page with the widget on it and ask something: the conversation arrives here at once.",
  },
};

/** What a view says that holds no conversation. */
export function EmptyView({ view }: { view: View }) {
  const { icon, title, advice } = empties[view];
  return (
    <EmptyState icon={icon} title={title}>
      <p>{advice}</p>
    </EmptyState>
  );
}

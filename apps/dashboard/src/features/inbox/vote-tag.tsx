import type { Message } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { classNames } from "../../components/class-names.ts";
import { useTRPC } from "../../trpc.ts";

const looks = {
  up: { label: "Helped", icon: ThumbsUp, look: "bg-good-soft text-good" },
  down: { label: "Did not help", icon: ThumbsDown, look: "bg-bad-soft text-bad" },
};

/** What the contact says of the answer, if anything. `use-conversation.ts` keeps it current. */
export function VoteTag({ message: { id, conversationId } }: { message: Message }) {
  const trpc = useTRPC();
  const { data: vote } = useQuery({
    ...trpc.conversations.votes.queryOptions({ conversationId }),
    select: (votes) => votes.find(({ messageId }) => messageId === id)?.vote,
  });
  if (!vote) return null;
  const { label, icon: Icon, look } = looks[vote];
  return (
    <span className={classNames("flex items-center gap-1 rounded-full px-2 py-0.5 font-medium", look)}>
      <Icon aria-hidden className="size-3.5" />
      {label}
    </span>
  );
}

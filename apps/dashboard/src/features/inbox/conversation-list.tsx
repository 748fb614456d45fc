import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type KeyboardEvent, lazy, Suspense, useRef } from "react";
import { Button } from "../../components/button.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { useMember } from "../../session/session.ts";
import { useShortcuts } from "../../shortcuts/use-shortcuts.ts";
import { ConversationRow } from "./conversation-row.tsx";
import { type ConversationSummary, useConversationList } from "./use-conversation-list.ts";

const EmptyView = lazy(async () => {
  const { EmptyView } = await import("./empty-view.tsx");
  return { default: EmptyView };
});

/** The conversations of the chosen view. J and K open the next and the previous one, the arrows move within the list. */
export function ConversationList() {
  const { view = "all" } = useSearch({ from: "/app/inbox" });
  const { conversationId } = useParams({ strict: false });
  const { member } = useMember();
  const list = useConversationList(view);
  const listElement = useRef<HTMLUListElement>(null);
  const open = useOpenConversation(list.data ?? [], conversationId);
  useShortcuts({ j: () => open(1), k: () => open(-1) });

  if (list.isPending) return <ListSkeleton />;
  if (list.isError && !list.data) {
    return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} className="m-3" />;
  }
  if (list.data.length === 0) {
    return (
      <Suspense>
        <EmptyView view={view} />
      </Suspense>
    );
  }
  return (
    <div className="min-h-0 grow overflow-y-auto px-2 pb-4">
      <ul ref={listElement} aria-label="Conversations" onKeyDown={moveFocus} className="space-y-px">
        {list.data.map((conversation) => (
          <li key={conversation.id}>
            <ConversationRow conversation={conversation} me={member.id} />
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <div className="mt-3 text-center">
          <Button variant="quiet" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {list.isFetchingNextPage ? "Loading…" : "Show older conversations"}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Opens the conversation so many places on from the open one; the first, when none is open. */
function useOpenConversation(conversations: readonly ConversationSummary[], openId: string | undefined) {
  const navigate = useNavigate();
  return (steps: number) => {
    const at = conversations.findIndex(({ id }) => id === openId);
    const next = conversations[at < 0 ? 0 : at + steps];
    if (!next) return;
    document.querySelector(`[data-conversation="${next.id}"]`)?.scrollIntoView({ block: "nearest" });
    void navigate({
      to: "/inbox/$conversationId",
      params: { conversationId: next.id },
      search: ({ view }) => (view ? { view } : {}),
      replace: openId !== undefined,
    });
  };
}

/** The arrows, Home and End move the focus from conversation to conversation. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const links = [...event.currentTarget.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  const targets: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 };
  const target = links[targets[event.key] ?? -1];
  if (!target || at < 0) return;
  event.preventDefault();
  target.focus();
}

function ListSkeleton() {
  return (
    <div role="status" className="px-5 py-3">
      <span className="sr-only">Loading conversations</span>
      {Array.from({ length: 7 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: seven times the same grey shape
        <div key={index} className="flex gap-3 py-3">
          <Skeleton className="size-10 shrink-0 !rounded-full" />
          <div className="grow space-y-2 pt-1">
            <Skeleton className="h-3.5 w-2/5" />
            <Skeleton className="h-3 w-11/12" />
            <Skeleton className="h-3 w-1/4" />
          </div>
        </div>
      ))}
    </div>
  );
}

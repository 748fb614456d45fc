import type { ConversationId, MessageId } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { mayWrite, useMember } from "../../session/session.ts";
import { PageTitle } from "../../shell/page-title.tsx";
import { useShortcuts } from "../../shortcuts/use-shortcuts.ts";
import { useTRPC } from "../../trpc.ts";
import { CitedPassagePanel } from "./cited-passage-panel.tsx";
import { Composer } from "./composer.tsx";
import { ComposerHint } from "./composer-hint.tsx";
import { contactLabel } from "./contact-label.ts";
import { ConversationHeader, HeaderSkeleton } from "./conversation-header.tsx";
import { parseCite } from "./inbox-search.ts";
import { MessageList, MessagesSkeleton } from "./message-list.tsx";
import { actionsFor, type OwnerAction, ownerOf } from "./owner-of.ts";
import { useConversation } from "./use-conversation.ts";
import { useOwnerAction } from "./use-owner-action.ts";
import { usePostMessage } from "./use-post-message.ts";

/** The conversation that the address names, and the citation that is open beside it. */
export function ConversationPage() {
  const params = useParams({ from: "/app/inbox/$conversationId" });
  const conversationId = params.conversationId as ConversationId;
  // Another conversation is another view: nothing of the one before stays.
  return <OpenConversation key={conversationId} conversationId={conversationId} />;
}

function OpenConversation({ conversationId }: { conversationId: ConversationId }) {
  const session = useMember();
  const trpc = useTRPC();
  const navigate = useNavigate({ from: "/inbox/$conversationId" });
  const { cite, view } = useSearch({ from: "/app/inbox" });
  const composer = useRef<HTMLTextAreaElement>(null);
  const query = useConversation(conversationId);
  const place = useQuery(trpc.conversations.get.queryOptions({ conversationId }));
  const { post, retry, discard, failures } = usePostMessage(conversationId);
  const ownerAction = useOwnerAction(conversationId);

  const conversation = query.data?.conversation;
  const owner = conversation && ownerOf(conversation, session.member.id);
  const mayAct = mayWrite(session);
  const citation = parseCite(cite);
  const search = view ? { view } : {};
  const closeCitation = () => void navigate({ search, replace: true });

  async function backToList() {
    await navigate({ to: "/inbox", search });
    document.querySelector<HTMLElement>(`[data-conversation="${conversationId}"]`)?.focus();
  }

  function act(action: OwnerAction) {
    if (ownerAction.isPending) return;
    ownerAction.mutate(action, { onSuccess: () => action === "takeOver" && focusWhenShown(composer) });
  }

  useShortcuts({
    t: mayAct && owner && actionsFor(owner).includes("takeOver") ? () => act("takeOver") : undefined,
    r: owner?.kind === "me" ? () => composer.current?.focus() : undefined,
    Escape: citation ? closeCitation : () => void backToList(),
  });

  if (query.isError && !query.data) {
    return (
      <div className="m-auto p-6">
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} className="max-w-110" />
        {/* On a phone, neither the list nor the navigation is beside it. */}
        <Link to="/inbox" search={search} className="mt-4 block text-center font-medium text-accent-ink md:hidden">
          Back to the list
        </Link>
      </div>
    );
  }
  if (!query.data || !conversation || !owner) {
    return (
      <div className="flex min-h-0 grow flex-col">
        <HeaderSkeleton />
        <MessagesSkeleton />
      </div>
    );
  }

  const { contactId } = conversation;
  const contactName = place.data?.contactName ?? null;
  const label = contactLabel({ contactName, contactId });
  return (
    <div className="relative flex min-h-0 min-w-0 grow">
      <PageTitle>{label}</PageTitle>
      <section aria-label={`Conversation with ${label}`} className="flex min-h-0 min-w-0 grow flex-col">
        <ConversationHeader
          contact={{ id: contactId, name: contactName, label }}
          inboxName={place.data?.inboxName}
          owner={owner}
          mayAct={mayAct}
          busy={ownerAction.isPending ? ownerAction.variables : undefined}
          onAction={act}
        />
        {ownerAction.isError && <ErrorNotice error={ownerAction.error} className="mx-4 mt-3" />}
        <MessageList
          state={query.data}
          contactName={label}
          me={session.member}
          failures={failures}
          onRetry={retry}
          onDiscard={discard}
        />
        <div className="relative mx-auto w-full max-w-215 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:px-8 md:pb-5">
          {owner.kind === "me" && mayAct ? (
            <Composer ref={composer} conversationId={conversationId} contactName={label} onSend={post} />
          ) : (
            <ComposerHint owner={owner} mayAct={mayAct}>
              <Button
                variant="primary"
                busy={ownerAction.isPending}
                onClick={() => act("takeOver")}
                className="w-full md:hidden"
              >
                Take over
              </Button>
            </ComposerHint>
          )}
        </div>
      </section>
      {citation && (
        <CitedPassagePanel
          key={cite}
          conversationId={conversationId}
          messageId={citation.messageId as MessageId}
          number={citation.number}
          onClose={closeCitation}
        />
      )}
    </div>
  );
}

/** The composer comes with the next rendering. */
function focusWhenShown(field: React.RefObject<HTMLTextAreaElement | null>): void {
  requestAnimationFrame(() => field.current?.focus());
}

import { Download } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { saveFile } from "../../components/save-file.ts";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { Notice } from "../../forms/notice.tsx";
import type { Days } from "./costs-search.ts";
import { CostsSection } from "./costs-section.tsx";
import { ConversationTable } from "./costs-tables.tsx";
import { conversationsToCsv } from "./spending-csv.ts";
import { useAllConversations, useCostlyConversations } from "./use-costs.ts";

/** What was spent in each conversation, the dearest first; and all of them as a table file. */
export function ConversationCosts({ days }: { days: Days }) {
  const query = useCostlyConversations(days);
  const all = useAllConversations(days);
  if (query.isPending) return <Skeleton className="h-40 !rounded-card" />;
  if (!query.data) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data.length === 0) return null;
  const save = () =>
    all.mutate(undefined, {
      onSuccess({ conversations }) {
        const file = new Blob([conversationsToCsv(conversations)], { type: "text/csv" });
        saveFile(file, `parley-conversations-${days.from}-${days.until}.csv`);
      },
    });
  return (
    <CostsSection
      title="Per conversation"
      lead="The dearest first"
      aside={
        <Button busy={all.isPending} onClick={save}>
          <Download aria-hidden className="size-4" />
          {all.isPending ? "Exporting…" : "Export all conversations as CSV"}
        </Button>
      }
    >
      {all.isError && <ErrorNotice error={all.error} className="mb-3" />}
      {all.data?.complete === false && (
        <Notice tone="warn" className="mb-3">
          The file has the dearest {all.data.conversations.length.toLocaleString("en")}: choose a shorter time for the
          others.
        </Notice>
      )}
      <ConversationTable conversations={query.data} />
      {query.hasNextPage && (
        <div className="mt-4 text-center">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {query.isFetchingNextPage ? "Loading…" : "Show more conversations"}
          </Button>
        </div>
      )}
    </CostsSection>
  );
}

import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useChannel } from "../../realtime/use-channel.ts";
import { refetch, useThrottledRefetch } from "../../realtime/use-throttled.ts";
import { type ApiInputs, type ApiOutputs, useTRPC, useTRPCClient } from "../../trpc.ts";
import { type Days, toSpan } from "./costs-search.ts";

export type CostReport = ApiOutputs["costs"]["report"];
export type SpendingRow = CostReport["rows"][number];
export type SpentInConversation = ApiOutputs["costs"]["conversations"]["conversations"][number];
export type BudgetState = ApiOutputs["costs"]["budget"];

/** Between two alerts nothing tells that more was spent. */
const sumIntervalMs = 60_000;

/** The budget and how it stands: at once when it begins to do something else, else within a minute. */
export function useBudget() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  useChannel("budget", {
    onSubscribed: () => void refetch(queryClient, trpc.costs.budget.queryFilter()),
    onEvent: useThrottledRefetch(trpc.costs.pathFilter()),
  });
  return useQuery(trpc.costs.budget.queryOptions(undefined, { refetchInterval: sumIntervalMs }));
}

/** What was spent in the time, and which time that is: while another is fetched, it is the one before. */
export function useCostReport(days: Days) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const span = toSpan(days);
  return useQuery({
    queryKey: [...trpc.costs.report.pathKey(), "days", span],
    queryFn: async ({ signal }) => ({ days, report: await client.costs.report.query(span, { signal }) }),
    placeholderData: keepPreviousData,
  });
}

/** Where a page of the conversations ends. */
type Place = NonNullable<ApiInputs["costs"]["conversations"]["after"]>;
const placeOf = (last: SpentInConversation | undefined): Place | null =>
  last ? { costMicros: last.costMicros, last: last.id } : null;

/** The conversations for which a model was asked in the time, the dearest first, page by page. */
export function useCostlyConversations(days: Days) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const span = toSpan(days);
  return useInfiniteQuery({
    queryKey: [...trpc.costs.conversations.pathKey(), "pages", span],
    queryFn: ({ pageParam, signal }) =>
      client.costs.conversations.query({ ...span, ...(pageParam && { after: pageParam }) }, { signal }),
    initialPageParam: null as Place | null,
    getNextPageParam: ({ complete, conversations }) => (complete ? null : placeOf(conversations.at(-1))),
    select: ({ pages }) => pages.flatMap(({ conversations }) => conversations),
  });
}

/** Of a table file, and of what is asked for at a time. */
const mostExported = 50_000;
const exportedAtATime = 5_000;

/** All of these conversations, as far as one file holds them, as they are when it is asked for: one that goes on meanwhile leaves no page. */
export function useAllConversations(days: Days) {
  const client = useTRPCClient();
  return useMutation({
    async mutationFn() {
      const all: SpentInConversation[] = [];
      const { from, to } = toSpan(days);
      const now = new Date().toISOString();
      const span = { from, to: now > from && now < to ? now : to };
      for (let after: Place | null = null; all.length < mostExported; ) {
        const asked = { ...span, limit: exportedAtATime, ...(after && { after }) };
        const { conversations, complete } = await client.costs.conversations.query(asked);
        all.push(...conversations);
        if (complete) return { conversations: all, complete };
        after = placeOf(conversations.at(-1));
      }
      return { conversations: all, complete: false };
    },
  });
}

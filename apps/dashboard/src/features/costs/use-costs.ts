import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useChannel } from "../../realtime/use-channel.ts";
import { refetch, useThrottledRefetch } from "../../realtime/use-throttled.ts";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../trpc.ts";
import { type Days, toSpan } from "./costs-search.ts";

export type CostReport = ApiOutputs["costs"]["report"];
export type SpendingRow = CostReport["rows"][number];
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

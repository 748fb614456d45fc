import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useChannel } from "../../realtime/use-channel.ts";
import { type ApiOutputs, useTRPC } from "../../trpc.ts";
import { type Days, toSpan } from "./costs-search.ts";

export type CostReport = ApiOutputs["costs"]["report"];
export type SpendingRow = CostReport["rows"][number];
export type BudgetState = ApiOutputs["costs"]["budget"];

/** The budget and how it stands, kept current. */
export function useBudget() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const changed = () => void queryClient.invalidateQueries(trpc.costs.pathFilter());
  useChannel("budget", { onSubscribed: changed, onEvent: changed });
  return useQuery(trpc.costs.budget.queryOptions());
}

/** What was spent in the time. */
export function useCostReport(days: Days) {
  const trpc = useTRPC();
  return useQuery(trpc.costs.report.queryOptions(toSpan(days), { placeholderData: keepPreviousData }));
}

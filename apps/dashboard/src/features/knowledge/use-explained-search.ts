import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ApiOutputs, useTRPCClient } from "../../trpc.ts";
import type { KnowledgeSearch } from "./knowledge-search.ts";

export type ExplainedSearch = ApiOutputs["assistant"]["explainSearch"] & {
  /** What was asked for: while the next one is searched, it is still the one before. */
  question: string;
};
export type ExplainedPassage = ExplainedSearch["passages"][number];

/** What the question finds, as of now; it stays while it is read, whatever changes meanwhile. */
export function useExplainedSearch({ q: question, after: before }: KnowledgeSearch) {
  const client = useTRPCClient();
  return useQuery({
    queryKey: ["explainedSearch", question, before],
    queryFn: async ({ signal }): Promise<ExplainedSearch> => {
      const asked = { question: question ?? "", ...(before && { before }) };
      return { ...(await client.assistant.explainSearch.mutate(asked, { signal })), question: asked.question };
    },
    enabled: question !== undefined,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  });
}

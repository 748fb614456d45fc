import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../trpc.ts";

/** The title of a page of the app; in front of it, how many conversations wait for a person. */
export function PageTitle({ children }: { children: string }) {
  const trpc = useTRPC();
  const waiting = useQuery(trpc.conversations.counts.queryOptions()).data?.waiting ?? 0;
  return <title>{`${waiting > 0 ? `(${waiting}) ` : ""}${children} · Parley`}</title>;
}

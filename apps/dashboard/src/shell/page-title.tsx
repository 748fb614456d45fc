import { useQuery } from "@tanstack/react-query";
import { isMember, useSession } from "../session/session.ts";
import { useTRPC } from "../trpc.ts";

/** The title of a page of the app; in front of it, how many conversations wait for a person. */
export function PageTitle({ children }: { children: string }) {
  const trpc = useTRPC();
  const counts = trpc.conversations.counts.queryOptions(undefined, { enabled: isMember(useSession()) });
  const waiting = useQuery(counts).data?.waiting ?? 0;
  return <title>{`${waiting > 0 ? `(${waiting}) ` : ""}${children} · Parley`}</title>;
}

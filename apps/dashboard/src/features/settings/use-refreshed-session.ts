import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useTRPC } from "../../trpc.ts";

/** The session tells of the person and the workspace on every page: after a change it is asked anew. */
export function useRefreshedSession() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  return async () => {
    await queryClient.fetchQuery(trpc.session.me.queryOptions(undefined, { staleTime: 0 }));
    await router.invalidate();
  };
}

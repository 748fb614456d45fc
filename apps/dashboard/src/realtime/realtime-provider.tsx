import type { RealtimeClient, RealtimeStatus } from "@parley/client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { errorCode } from "../errors/describe-error.ts";
import { useTRPC, useTRPCClient } from "../trpc.ts";

type Realtime = { client: RealtimeClient | undefined; status: RealtimeStatus };

const RealtimeContext = createContext<Realtime>({ client: undefined, status: "connecting" });

/** A ticket that has less than this left is not used any more, in milliseconds. */
const ticketReserveMs = 10_000;

/** One socket for the whole app, as long as it is shown. */
export function RealtimeProvider({ children }: { children: ReactNode }) {
  const api = useTRPCClient();
  const queryClient = useQueryClient();
  const router = useRouter();
  const sessionQuery = useTRPC().session.me.queryOptions(undefined, { staleTime: 0 });
  const [client, setClient] = useState<RealtimeClient>();
  const [status, setStatus] = useState<RealtimeStatus>("connecting");
  // The first ticket tells where the socket is.
  const { data: ticket } = useQuery({
    queryKey: ["realtime-ticket"],
    queryFn: () => api.session.ticket.mutate(),
    staleTime: Number.POSITIVE_INFINITY,
    retry: true,
    retryDelay: (attempt) => Math.min(20_000, 1_000 * 2 ** attempt),
  });

  useEffect(() => {
    if (!ticket) return;
    let created: RealtimeClient | undefined;
    let ended = false;
    async function getToken(renew: boolean) {
      const usable = !renew && ticket && Date.parse(ticket.expiresAt) - Date.now() > ticketReserveMs;
      if (usable) return ticket.token;
      try {
        return (await api.session.ticket.mutate()).token;
      } catch (error) {
        const code = errorCode(error);
        // The query cache tells everybody when it is the session that has ended.
        if (code === "auth.required") void queryClient.fetchQuery(sessionQuery).catch(() => undefined);
        // The workspace asks for a second factor now: its page takes the place of this one.
        if (code === "auth.factor_required") {
          queryClient.removeQueries({ queryKey: sessionQuery.queryKey });
          void router.invalidate();
        }
        throw error;
      }
    }
    // The first view can be shown without it.
    void import("@parley/client").then(({ createRealtimeClient }) => {
      if (ended) return;
      created = createRealtimeClient({ url: ticket.realtimeUrl, onStatus: setStatus, getToken });
      setClient(created);
    });
    return () => {
      ended = true;
      created?.close();
      setClient(undefined);
    };
  }, [api, ticket]);

  return <RealtimeContext value={{ client, status }}>{children}</RealtimeContext>;
}

export function useRealtime(): Realtime {
  return useContext(RealtimeContext);
}

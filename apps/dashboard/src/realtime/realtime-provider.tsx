import type { RealtimeClient, RealtimeStatus } from "@parley/client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { lookAgain } from "../session/session.ts";
import { sessionEnd } from "../session/session-end.ts";
import { sessionFault } from "../session/session-fault.ts";
import { useTRPCClient } from "../trpc.ts";

type Realtime = { client: RealtimeClient | undefined; status: RealtimeStatus };

const RealtimeContext = createContext<Realtime>({ client: undefined, status: "connecting" });

/** A ticket that has less than this left is not used any more, in milliseconds. */
const ticketReserveMs = 10_000;

/** One socket for the whole app, as long as it is shown. */
export function RealtimeProvider({ children }: { children: ReactNode }) {
  const api = useTRPCClient();
  const router = useRouter();
  const [client, setClient] = useState<RealtimeClient>();
  const [status, setStatus] = useState<RealtimeStatus>("connecting");
  // The first ticket tells where the socket is.
  const { data: ticket } = useQuery({
    queryKey: ["realtime-ticket"],
    queryFn: () => api.session.ticket.mutate(),
    staleTime: Number.POSITIVE_INFINITY,
    // What is about the session ends up in the query client, which looks after it.
    retry: (_, error) => !sessionFault(error),
    retryDelay: (attempt) => Math.min(20_000, 1_000 * 2 ** attempt),
  });

  // A page that is covered asks for nothing but who is signed in, when it is looked at again.
  const hasEnded = useSyncExternalStore(sessionEnd.subscribe, sessionEnd.read);
  useEffect(() => {
    if (!ticket || hasEnded) return;
    let created: RealtimeClient | undefined;
    let ended = false;
    async function getToken(renew: boolean) {
      const usable = !renew && ticket && Date.parse(ticket.expiresAt) - Date.now() > ticketReserveMs;
      if (usable) return ticket.token;
      try {
        return (await api.session.ticket.mutate()).token;
      } catch (error) {
        if (sessionFault(error)) lookAgain(router);
        throw error;
      }
    }
    function onStatus(next: RealtimeStatus) {
      setStatus(next);
      if (next === "refused") lookAgain(router);
    }
    // The first view can be shown without it.
    void import("@parley/client").then(({ createRealtimeClient }) => {
      if (ended) return;
      created = createRealtimeClient({ url: ticket.realtimeUrl, onStatus, getToken });
      setClient(created);
    });
    return () => {
      ended = true;
      created?.close();
      setClient(undefined);
    };
  }, [api, ticket, hasEnded]);

  return <RealtimeContext value={{ client, status }}>{children}</RealtimeContext>;
}

export function useRealtime(): Realtime {
  return useContext(RealtimeContext);
}

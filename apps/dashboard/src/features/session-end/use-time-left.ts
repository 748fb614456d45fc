import type { TimeLeft } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { AccountError } from "../../session/account-query.ts";
import { accountRequest } from "../../session/account-request.ts";
import { lastPresence } from "../../session/presence.ts";
import { firstEnd, noticeSeconds, secondsToNextLook } from "./when-to-ask.ts";

/** For how much longer the session lives, as the server says; asked seldom, and in no way that keeps it alive. */
export function useTimeLeft() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  async function ask(by: "person" | "page"): Promise<TimeLeft> {
    const result = await accountRequest<TimeLeft>(apiUrl, "/time-left", undefined, by);
    if (!result.ok) throw new AccountError(result.failure);
    return result.data;
  }
  const query = useQuery({
    queryKey: ["account", "/time-left"],
    async queryFn() {
      const left = await ask("page");
      const { why, seconds } = firstEnd(left);
      // Somebody writes or reads here, and what they do needed no request so far.
      const { touchedAtMs, askedAtMs } = lastPresence();
      return why === "idle" && seconds <= noticeSeconds && touchedAtMs > askedAtMs ? ask("person") : left;
    },
    staleTime: 0,
    refetchInterval: ({ state }) => 1_000 * (state.data ? secondsToNextLook(state.data) : 60),
    refetchIntervalInBackground: true,
  });
  return {
    /** When it ends, by this page's clock, and why; undefined while nothing is known. */
    end: query.data && {
      ...firstEnd(query.data),
      atMs: query.dataUpdatedAt + 1_000 * firstEnd(query.data).seconds,
    },
    /** Somebody is here: they say so. */
    async stay() {
      await ask("person");
      await query.refetch();
    },
  };
}

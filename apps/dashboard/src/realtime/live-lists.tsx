import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useTRPC } from "../trpc.ts";
import { throttle } from "./throttle.ts";
import { useChannel } from "./use-channel.ts";

/** A busy inbox changes many times a second; its lists are fetched again this often at most. */
const refetchIntervalMs = 400;

/** Keeps the lists current, on whichever page: their channels say that something changed, and what is shown is fetched again. */
export function LiveLists() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const conversationsChanged = useThrottled(() => {
    void queryClient.invalidateQueries(trpc.conversations.list.pathFilter());
    void queryClient.invalidateQueries(trpc.conversations.counts.queryFilter());
  });
  const documentsChanged = useThrottled(() => {
    void queryClient.invalidateQueries(trpc.knowledge.pathFilter());
  });
  useChannel("conversations", { onSubscribed: conversationsChanged, onEvent: conversationsChanged });
  useChannel("documents", { onSubscribed: documentsChanged, onEvent: documentsChanged });
  return null;
}

function useThrottled(work: () => void): () => void {
  // What it uses never changes.
  const throttled = useMemo(() => throttle(work, refetchIntervalMs), []);
  useEffect(() => throttled.cancel, [throttled]);
  return throttled;
}

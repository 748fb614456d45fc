import { type InvalidateQueryFilters, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useMemo } from "react";
import { throttle } from "./throttle.ts";

/** A busy workspace changes many times a second; what is shown of it is fetched again this often at most. */
const refetchIntervalMs = 400;

/** Does the work at once, and again when it is asked for meanwhile: at most once in the interval, and never while it is under way. */
export function useThrottled(work: () => void | Promise<void>, intervalMs = refetchIntervalMs): () => void {
  const latest = useEffectEvent(work);
  const throttled = useMemo(() => throttle(() => latest(), intervalMs), [intervalMs]);
  useEffect(() => throttled.cancel, [throttled]);
  return throttled;
}

/** Fetches what is shown of it again, throttled. */
export function useThrottledRefetch(filter: InvalidateQueryFilters, intervalMs?: number): () => void {
  const queryClient = useQueryClient();
  return useThrottled(() => refetch(queryClient, filter), intervalMs);
}

/**
 * Fetches again what the filter names and is shown. What is under way is not broken off, so that a list of many pages is ready some time,
 * however often it changes; as it may have begun before the change, it is fetched once more after it.
 */
export async function refetch(queryClient: QueryClient, filter: InvalidateQueryFilters): Promise<void> {
  const isUnderWay = queryClient.isFetching(filter) > 0;
  await queryClient.invalidateQueries(filter, { cancelRefetch: false });
  if (isUnderWay) await queryClient.invalidateQueries(filter, { cancelRefetch: false });
}

import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { refetch } from "./use-throttled.ts";

/** A list that is shown, whose fetches end when the test says so. */
function showList() {
  const queryClient = new QueryClient();
  const fetches: { signal: AbortSignal; end: () => void }[] = [];
  const observer = new QueryObserver(queryClient, {
    queryKey: ["list"],
    queryFn: ({ signal }) =>
      new Promise<number>((resolve) => {
        const number = fetches.length + 1;
        fetches.push({ signal, end: () => resolve(number) });
      }),
  });
  const hide = observer.subscribe(() => {});
  return { queryClient, fetches, hide, read: () => queryClient.getQueryData(["list"]) };
}

test("a fetch under way is not broken off by a change, and the list is fetched once more after it", async () => {
  const { queryClient, fetches, hide, read } = showList();
  fetches[0]?.end();
  await vi.waitFor(() => expect(read()).toBe(1));
  const before = queryClient.refetchQueries({ queryKey: ["list"] });
  const after = refetch(queryClient, { queryKey: ["list"] });
  expect(fetches).toHaveLength(2);
  fetches[1]?.end();
  await before;
  await vi.waitFor(() => expect(fetches).toHaveLength(3));
  fetches[2]?.end();
  await after;
  expect(read()).toBe(3);
  expect(fetches.map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
  hide();
});

test("with nothing under way it is fetched once", async () => {
  const { queryClient, fetches, hide, read } = showList();
  fetches[0]?.end();
  await vi.waitFor(() => expect(read()).toBe(1));
  const done = refetch(queryClient, { queryKey: ["list"] });
  fetches[1]?.end();
  await done;
  expect([fetches.length, read()]).toEqual([2, 2]);
  hide();
});

import { expect, test, vi } from "vitest";
import { createUploadQueue, type Upload } from "./upload-queue.ts";

type Sending = {
  upload: Upload;
  signal: AbortSignal;
  onProgress: (share: number) => void;
  resolve: (result: { unchanged: boolean }) => void;
  reject: (error: unknown) => void;
};

/** A server that answers when the test says so. */
function startQueue(options?: Parameters<typeof createUploadQueue>[1]) {
  const sendings: Sending[] = [];
  const queue = createUploadQueue(
    (upload, { signal, onProgress }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        sendings.push({ upload, signal, onProgress, resolve, reject });
      }),
    options,
  );
  const files = (count: number) => Array.from({ length: count }, (_, index) => new File(["x"], `${index}.md`));
  return { queue, sendings, files, states: () => queue.read().map(({ state }) => state.is) };
}
const settled = () => vi.waitFor(() => {});

test("three files are sent side by side, the others in their order as there is room", async () => {
  const { queue, sendings, files, states } = startQueue();
  queue.add("a", files(5));
  expect(states()).toEqual(["sending", "sending", "sending", "waiting", "waiting"]);
  sendings[1]?.resolve({ unchanged: false });
  await vi.waitFor(() => expect(states()).toEqual(["sending", "sent", "sending", "sending", "waiting"]));
  expect(sendings.map(({ upload }) => upload.file.name)).toEqual(["0.md", "1.md", "2.md", "3.md"]);
});

test("each file tells how far it is, and whether the server had it already", async () => {
  const { queue, sendings, files } = startQueue();
  const heard = vi.fn();
  const unsubscribe = queue.subscribe(heard);
  queue.add("a", files(1));
  sendings[0]?.onProgress(0.5);
  expect(queue.read()[0]?.state).toEqual({ is: "sending", share: 0.5 });
  sendings[0]?.resolve({ unchanged: true });
  await vi.waitFor(() => expect(queue.read()[0]?.state).toEqual({ is: "sent", unchanged: true }));
  expect(heard.mock.calls.length).toBeGreaterThan(2);
  unsubscribe();
  heard.mockReset();
  queue.clear("a");
  expect(heard).not.toHaveBeenCalled();
});

test("a file that is on its way can be cancelled, and so can one that waits; the next one goes", async () => {
  const { queue, sendings, files, states } = startQueue();
  queue.add("a", files(5));
  const [first, , , fourth] = queue.read();
  queue.cancel(fourth?.id ?? "");
  queue.cancel(first?.id ?? "");
  expect(sendings[0]?.signal.aborted).toBe(true);
  await vi.waitFor(() => expect(states()).toEqual(["cancelled", "sending", "sending", "cancelled", "sending"]));
  sendings[0]?.onProgress(1);
  expect(states()[0]).toBe("cancelled");
});

test("a file that failed says why, and is sent again when that is wanted, once", async () => {
  const { queue, sendings, files } = startQueue();
  queue.add("a", files(1));
  const error = new Error("no answer");
  sendings[0]?.reject(error);
  await vi.waitFor(() => expect(queue.read()[0]?.state).toEqual({ is: "failed", error }));
  const id = queue.read()[0]?.id ?? "";
  queue.retry(id);
  queue.retry(id);
  await settled();
  expect(sendings).toHaveLength(2);
});

test("what is done can be cleared away, of its own source alone, and nothing that is under way", async () => {
  const { queue, sendings, files, states } = startQueue();
  queue.add("a", files(1));
  queue.add("b", files(1));
  queue.add("a", files(1));
  sendings[0]?.resolve({ unchanged: false });
  sendings[1]?.resolve({ unchanged: false });
  await vi.waitFor(() => expect(states()).toEqual(["sent", "sent", "sending"]));
  queue.clear("a");
  expect(queue.read().map(({ sourceId, state }) => [sourceId, state.is])).toEqual([
    ["b", "sent"],
    ["a", "sending"],
  ]);
});

test("what is too much for the server at once waits and goes on by itself, in its order; what it never takes fails", async () => {
  vi.useFakeTimers();
  try {
    const full = new Error("too many wait");
    const { queue, sendings, files, states } = startQueue({
      secondsToHold: (error) => (error === full ? 5 : undefined),
    });
    queue.add("a", files(5));
    sendings[0]?.resolve({ unchanged: false });
    sendings[1]?.reject(full);
    sendings[2]?.reject(new Error("no text"));
    await vi.advanceTimersByTimeAsync(4_999);
    // The fourth began before the server had enough.
    expect(states()).toEqual(["sent", "waiting", "failed", "sending", "waiting"]);
    expect(queue.read()[1]?.state).toEqual({ is: "waiting", held: full });
    sendings[3]?.reject(full);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(states()).toEqual(["sent", "waiting", "failed", "waiting", "waiting"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(states()).toEqual(["sent", "sending", "failed", "sending", "sending"]);
    expect(sendings.slice(4).map(({ upload }) => upload.file.name)).toEqual(["1.md", "3.md", "4.md"]);
  } finally {
    vi.useRealTimers();
  }
});

test("a server that takes nothing for long is sent files less and less often, each minute at last, and as before once it took one", async () => {
  vi.useFakeTimers();
  try {
    const { queue, sendings, files } = startQueue({ secondsToHold: () => 5 });
    queue.add("a", files(3));
    const refuse = async () => {
      for (const sending of sendings.splice(0)) sending.reject(new Error("no room"));
      let seconds = 0;
      for (await vi.advanceTimersByTimeAsync(0); sendings.length === 0; seconds += 1)
        await vi.advanceTimersByTimeAsync(1_000);
      return seconds;
    };
    for (const seconds of [5, 10, 20, 40, 60, 60]) expect(await refuse()).toBe(seconds);
    sendings.shift()?.resolve({ unchanged: false });
    await vi.advanceTimersByTimeAsync(0);
    expect(await refuse()).toBe(5);
  } finally {
    vi.useRealTimers();
  }
});

test("all that is under way into a source can be cancelled at once, and nothing of another source", async () => {
  const { queue, sendings, files, states } = startQueue();
  queue.add("a", files(4));
  queue.add("b", files(1));
  queue.cancelAll("a");
  await vi.waitFor(() => expect(states()).toEqual(["cancelled", "cancelled", "cancelled", "cancelled", "sending"]));
  expect(sendings).toHaveLength(4);
});

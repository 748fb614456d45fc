/** How far a file is on its way to the server. */
export type UploadState =
  /** `held`: why the server did not want it yet. */
  | { is: "waiting"; held?: unknown }
  /** `share`: how much has been sent, from 0 to 1. */
  | { is: "sending"; share: number }
  | { is: "sent"; unchanged: boolean }
  | { is: "failed"; error: unknown }
  | { is: "cancelled" };

export type Upload = { id: string; sourceId: string; file: File; state: UploadState };

type Send = (upload: Upload, options: SendOptions) => Promise<{ unchanged: boolean }>;
type SendOptions = { signal: AbortSignal; onProgress: (share: number) => void };

/** As many as the server takes of one member side by side, and one less for another page of theirs. */
const sideBySide = 3;
/** Where the server does not say that it takes longer. */
const longestHoldSeconds = 60;

type QueueOptions = {
  /** After how many seconds the server may want what it has refused so; undefined for a failure that waiting does not mend. */
  secondsToHold?: (error: unknown) => number | undefined;
};

/**
 * Files on their way, a few at a time, in the order in which they were given. They go on while the page shows something else.
 *
 * Where there is too much of them for the server at once, they go on later by themselves.
 *
 * @param send rejects when the file did not arrive
 */
export function createUploadQueue(send: Send, { secondsToHold = () => undefined }: QueueOptions = {}) {
  let uploads: readonly Upload[] = [];
  const senders = new Map<string, AbortController>();
  const listeners = new Set<() => void>();
  let pause: ReturnType<typeof setTimeout> | undefined;
  /** Pauses one behind the other after which nothing arrived. */
  let vain = 0;

  function change(id: string, state: UploadState | undefined): void {
    uploads = uploads.flatMap((each) => (each.id !== id ? each : state ? { ...each, state } : []));
    for (const listener of listeners) listener();
  }

  /** Twice as long each time: what holds the server up may take its time, and whole files are sent to find out. */
  function pauseFor(wanted: number): void {
    if (pause === undefined) vain += 1;
    const seconds = Math.max(wanted, Math.min(wanted * 2 ** (vain - 1), longestHoldSeconds));
    clearTimeout(pause);
    pause = setTimeout(() => {
      pause = undefined;
      sendNext();
    }, seconds * 1_000);
  }

  function sendNext(): void {
    if (pause !== undefined) return;
    while (senders.size < sideBySide) {
      const next = uploads.find(({ state }) => state.is === "waiting");
      if (!next) return;
      void sendOne(next);
    }
  }

  async function sendOne(upload: Upload): Promise<void> {
    const { id } = upload;
    const sender = new AbortController();
    senders.set(id, sender);
    change(id, { is: "sending", share: 0 });
    try {
      const onProgress = (share: number) => sender.signal.aborted || change(id, { is: "sending", share });
      const { unchanged } = await send(upload, { signal: sender.signal, onProgress });
      vain = 0;
      change(id, { is: "sent", unchanged });
    } catch (error) {
      const seconds = sender.signal.aborted ? undefined : secondsToHold(error);
      if (seconds !== undefined) {
        change(id, { is: "waiting", held: error });
        pauseFor(seconds);
      } else {
        change(id, sender.signal.aborted ? { is: "cancelled" } : { is: "failed", error });
      }
    } finally {
      senders.delete(id);
      sendNext();
    }
  }

  function cancel(id: string): void {
    const sender = senders.get(id);
    if (sender) sender.abort();
    else if (uploads.some((each) => each.id === id && each.state.is === "waiting")) change(id, { is: "cancelled" });
  }

  const idsOf = (sourceId: string, ...states: UploadState["is"][]) =>
    uploads.filter((each) => each.sourceId === sourceId && states.includes(each.state.is)).map(({ id }) => id);

  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    read: () => uploads,
    add(sourceId: string, files: readonly File[]) {
      const added = files.map((file) => ({
        id: crypto.randomUUID(),
        sourceId,
        file,
        state: { is: "waiting" as const },
      }));
      uploads = [...uploads, ...added];
      for (const listener of listeners) listener();
      sendNext();
    },
    cancel,
    /** Those that wait first, so that none of them takes the place of one that is on its way. */
    cancelAll(sourceId: string) {
      for (const id of [...idsOf(sourceId, "waiting"), ...idsOf(sourceId, "sending")]) cancel(id);
    },
    retry(id: string) {
      if (senders.has(id)) return;
      change(id, { is: "waiting" });
      sendNext();
    },
    /** Forgets those of the source that are neither waiting nor on their way. */
    clear(sourceId: string) {
      for (const id of idsOf(sourceId, "sent", "failed", "cancelled")) change(id, undefined);
    },
  };
}

/** How far a file is on its way to the server. */
export type UploadState =
  | { is: "waiting" }
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

/**
 * Files on their way, a few at a time, in the order in which they were given. They go on while the page shows something else.
 *
 * @param send rejects when the file did not arrive
 */
export function createUploadQueue(send: Send) {
  let uploads: readonly Upload[] = [];
  const senders = new Map<string, AbortController>();
  const listeners = new Set<() => void>();

  function change(id: string, state: UploadState | undefined): void {
    uploads = uploads.flatMap((each) => (each.id !== id ? each : state ? { ...each, state } : []));
    for (const listener of listeners) listener();
  }

  function sendNext(): void {
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
      change(id, { is: "sent", unchanged });
    } catch (error) {
      change(id, sender.signal.aborted ? { is: "cancelled" } : { is: "failed", error });
    } finally {
      senders.delete(id);
      sendNext();
    }
  }

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
    cancel(id: string) {
      const sender = senders.get(id);
      if (sender) sender.abort();
      else if (uploads.some((each) => each.id === id && each.state.is === "waiting")) change(id, { is: "cancelled" });
    },
    retry(id: string) {
      if (senders.has(id)) return;
      change(id, { is: "waiting" });
      sendNext();
    },
    /** Forgets those of the source that are neither waiting nor on their way. */
    clear(sourceId: string) {
      for (const { id, state } of uploads.filter((each) => each.sourceId === sourceId)) {
        if (state.is !== "waiting" && state.is !== "sending") change(id, undefined);
      }
    },
  };
}

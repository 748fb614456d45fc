/** When the server wants to be asked again, by this page's clock; 0 as long as it has not said so. */
let untilMs = 0;
const listeners = new Set<() => void>();

/** A pause that the server asks for. What it refused is asked again by itself when the pause is over. */
export const serverWait = {
  read: () => untilMs,
  write(next: number): void {
    untilMs = Math.max(untilMs, next);
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

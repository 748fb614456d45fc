/** When the server wants to be asked again, by this page's clock; 0 as long as it has not said so. */
let untilMs = 0;
const listeners = new Set<() => void>();

const tell = () => {
  for (const listener of listeners) listener();
};

/** A pause that the server asks for. What it refused is asked again by itself when the pause is over. */
export const serverWait = {
  read: () => untilMs,
  write(next: number): void {
    untilMs = Math.max(untilMs, next);
    tell();
  },
  /** Nothing is to be asked again. */
  end(): void {
    untilMs = 0;
    tell();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Whether the server has ended the session while the app was shown. */
let ended = false;
const listeners = new Set<() => void>();

export const sessionEnd = {
  read: () => ended,
  write(next: boolean): void {
    ended = next;
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

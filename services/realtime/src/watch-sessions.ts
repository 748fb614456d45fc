import type { SocketCaller } from "@parley/auth";

/** A socket, as far as it matters whose session it goes on in. */
export type Watched = { readonly sessionId: string | undefined; endSession(): void };

/** A member's socket goes on for as long as their session lives, and looks into it without being activity. */
export type SessionWatch = { stop(): Promise<void> };

/**
 * Ends the sockets of sessions that have ended, whoever ended them and wherever: asked for all of them at once, at an even pace. While
 * the database can't be asked, they stay.
 */
export function watchSessions(options: {
  sockets(): Iterable<Watched>;
  findLive(ids: readonly string[]): Promise<Set<string>>;
  everyMs: number;
  onTrouble(error: unknown): void;
}): SessionWatch {
  const { sockets, findLive, everyMs, onTrouble } = options;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    const ids = new Set([...sockets()].flatMap(({ sessionId }) => sessionId ?? []));
    if (ids.size === 0) return;
    const live = await findLive([...ids]);
    for (const socket of sockets()) {
      const { sessionId } = socket;
      // One that came while the database was asked is looked at the next time.
      if (sessionId && ids.has(sessionId) && !live.has(sessionId)) socket.endSession();
    }
  }
  const timer = setInterval(() => {
    asking ??= ask()
      .catch(onTrouble)
      .finally(() => {
        asking = undefined;
      });
  }, everyMs);

  return {
    async stop() {
      clearInterval(timer);
      await asking;
    },
  };
}

export const sessionOf = (caller: SocketCaller | undefined): string | undefined =>
  caller?.kind === "member" ? caller.sessionId : undefined;

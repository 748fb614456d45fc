export type StandingWatch = {
  /** Looks at once, and once more when it is looking already. */
  ask(): void;
  stop(): Promise<void>;
};

/**
 * Ends the sockets that have lost what they stand on, a session, a membership or what the tenant asks, whoever took it and wherever: asked for all of them
 * at once, at an even pace and whenever told to. It is no activity. While the database can't be asked, they stay.
 */
export function watchStanding<Socket, Key extends string = string>(options: {
  sockets(): Iterable<Socket>;
  /** What the socket stands on, as the key that `findLive` knows it by; undefined for nothing that could end. */
  standingOf(socket: Socket): Key | undefined;
  findLive(keys: readonly Key[]): Promise<Set<Key>>;
  end(socket: Socket): void;
  everyMs: number;
  onTrouble(error: unknown): void;
}): StandingWatch {
  const { sockets, standingOf, findLive, end, everyMs, onTrouble } = options;
  let asking: Promise<void> | undefined;
  let again = false;

  async function look(): Promise<void> {
    const keys = new Set([...sockets()].flatMap((socket) => standingOf(socket) ?? []));
    if (keys.size === 0) return;
    const live = await findLive([...keys]);
    for (const socket of sockets()) {
      const key = standingOf(socket);
      // One that came while the database was asked is looked at the next time.
      if (key && keys.has(key) && !live.has(key)) end(socket);
    }
  }

  async function lookUntilDone(): Promise<void> {
    do {
      again = false;
      await look().catch(onTrouble);
    } while (again);
    asking = undefined;
  }

  const ask = () => {
    again = true;
    asking ??= lookUntilDone();
  };
  const timer = setInterval(ask, everyMs).unref();

  return {
    ask,
    async stop() {
      clearInterval(timer);
      await asking;
    },
  };
}

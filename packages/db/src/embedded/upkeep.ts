import { messages, type PGlite, protocol } from "@electric-sql/pglite";

// As autovacuum's defaults have it.
const dueTables = `select format('%I.%I', schemaname, relname) from pg_stat_all_tables
  where n_dead_tup > 50 + 0.2 * n_live_tup or n_mod_since_analyze > 50 + 0.1 * n_live_tup`;

/**
 * PGlite has none of the server's background processes: without a checkpoint its log grows for as long as it runs, and without
 * VACUUM so does the outbox. This does their work, at most once in `intervalMs`, at a moment when the client is between two
 * transactions; its session is the superuser's meanwhile, and `login`'s again before the client's next message.
 *
 * @param onBroken called when the session can't go on
 */
export function keepUp(db: PGlite, login: string, intervalMs: number, onBroken: (error: unknown) => void): void {
  const send = db.execProtocolRawStream.bind(db);
  let doneAt = performance.now();

  // The socket server hands each of the client's messages to this method, alone, and waits for it.
  db.execProtocolRawStream = async (message, options) => {
    try {
      await send(message, options);
      if (performance.now() - doneAt < intervalMs || !endsTransaction(message) || db.isInTransaction()) return;
      // By name: the client that came through the socket has made `door` what RESET goes back to.
      await run("SET SESSION AUTHORIZATION postgres");
      await run("CHECKPOINT");
      await run("SELECT pg_stat_force_next_flush()"); // what the session itself has counted, up to now
      for (const table of await run(dueTables)) await run(`VACUUM (ANALYZE) ${table}`);
      await run(`SET SESSION AUTHORIZATION ${login}`);
      doneAt = performance.now();
    } catch (error) {
      onBroken(error);
      throw error;
    }
  };

  /** @returns the first column */
  async function run(text: string): Promise<string[]> {
    const parser = new protocol.Parser();
    const values: string[] = [];
    let failure: unknown;
    await send(protocol.serialize.query(text), {
      onRawData: (data) =>
        parser.parse(data, (message) => {
          if (message.name === "error") failure = message;
          if (message instanceof messages.DataRowMessage) values.push(String(message.fields[0]));
        }),
    });
    if (failure) throw failure;
    return values;
  }
}

const codes = { sync: 0x53, simpleQuery: 0x51 };

function endsTransaction(message: Uint8Array): boolean {
  return message[0] === codes.sync || message[0] === codes.simpleQuery;
}

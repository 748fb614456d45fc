import { median, requestsPerSecond, round, start } from "./load.ts";

const rounds = 10;
const seconds = 1;
const kinds = ["http", "fastify", "stock", "ours"] as const;
const one = "/trpc/nothing";
const batch = `/trpc/${Array(10).fill("nothing").join()}?batch=1`;

/**
 * A procedure that does nothing, against a server of Node alone that says the same. The servers take turns, each in a process of its
 * own, so that what else the machine does falls on all of them. On a busy machine their processor time tells more than their requests
 * a second: both are given.
 */
export async function benchProcedures() {
  const servers = await Promise.all(kinds.map(async (kind) => ({ kind, ...(await start("no-op-server.ts", [kind])) })));
  const measures = servers.flatMap((server) => [
    { name: server.kind as string, calls: 1, path: one, server },
    ...(server.kind === "stock" || server.kind === "ours"
      ? [{ name: `${server.kind}, batches of 10`, calls: 10, path: batch, server }]
      : []),
  ]);
  const rates = new Map<string, number[]>(measures.map(({ name }) => [name, []]));
  const micros = new Map<string, number[]>(measures.map(({ name }) => [name, []]));
  try {
    for (let turn = -1; turn < rounds; turn++) {
      for (let place = 0; place < measures.length; place++) {
        const measure = measures[(place + turn + 1) % measures.length];
        if (!measure) continue;
        const { name, calls, path, server } = measure;
        const before = await server.cpuMicros();
        const rate = await requestsPerSecond({ url: server.line + path, connections: 64, duration: seconds });
        if (turn < 0) continue; // to warm up
        rates.get(name)?.push(rate * calls);
        micros.get(name)?.push(((await server.cpuMicros()) - before) / (rate * seconds * calls));
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const middle = (of: Map<string, number[]>, name: string) => median(of.get(name) ?? []);
  return {
    toReach: { procedureShareOfHttp: 0.35 },
    ...Object.fromEntries(
      measures.map(({ name }) => [
        name,
        {
          shareOfHttpByRate: round(middle(rates, name) / middle(rates, "http")),
          shareOfHttpByProcessorTime: round(middle(micros, "http") / middle(micros, name)),
          callsPerSecond: Math.round(middle(rates, name)),
          processorMicrosPerCall: round(middle(micros, name), 1),
        },
      ]),
    ),
  };
}

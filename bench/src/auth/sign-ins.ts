import { median, requestsPerSecond, round, start } from "./load.ts";

const rounds = 4;
const seconds = 5;
const turnOf = { duration: seconds };
/** Until what a sign-in runs is compiled, as it is in a process that has been up for a minute. */
const signInsToWarmUp = 1_500;
/** More than compare passwords at the same time, so that the next one waits while an answer is on its way. */
const atOnce = 16;

/** Whose processor time is counted. */
type Measured = { cpuMicros(): Promise<number> };
type Turn = { rate: number; micros: Record<string, number> };

/** Sign-ins over HTTP against comparing passwords alone, as many at once, in turns. */
export async function benchSignIns({
  api,
  postgres,
  apiUrl,
  headers,
  people,
}: {
  api: Measured;
  postgres: Measured;
  apiUrl: string;
  /** What a page of ours sends along that has asked for its token. */
  headers: Record<string, string>;
  people: { email: string; password: string }[];
}) {
  const measured: Record<string, Measured> = { api, postgres, client: { cpuMicros: async () => ownMicros() } };
  const used = async () => {
    const each = Object.entries(measured).map(async ([name, one]) => [name, await one.cpuMicros()] as const);
    return Object.fromEntries(await Promise.all(each)) as Record<string, number>;
  };

  async function signIns(howMany: { duration: number } | { amount: number }): Promise<Turn> {
    const before = await used();
    let client = 0;
    const rate = await requestsPerSecond({
      url: apiUrl,
      connections: atOnce,
      ...howMany,
      // Each client signs in people of its own, from an address of its own, as by a proxy: both count attempts while they are under way.
      setupClient: (connection) => {
        const share = people.length / atOnce;
        const own = people.slice(client * share, ++client * share);
        connection.setRequests(
          own.map((person) => ({
            method: "POST",
            path: "/api/auth/sign-in/email",
            headers: { ...headers, "x-forwarded-for": `192.0.2.${client}` },
            body: JSON.stringify(person),
          })),
        );
      },
    });
    const after = await used();
    const spent = (name: string) => ((after[name] ?? 0) - (before[name] ?? 0)) / (rate * seconds);
    return { rate, micros: Object.fromEntries(Object.keys(measured).map((name) => [name, spent(name)])) };
  }
  async function hashes(): Promise<Turn> {
    const { line } = await start("hash-alone.ts", [String(atOnce), String(seconds)]);
    const [rate = Number.NaN, micros = Number.NaN] = line.split(" ").map(Number);
    return { rate, micros: { api: micros } };
  }
  const turns: Record<"signIn" | "hash", Turn>[] = [];
  await signIns({ amount: signInsToWarmUp });
  for (let turn = 0; turn < rounds; turn++) {
    // The one that comes first takes turns as well.
    if (turn % 2) turns.push({ signIn: await signIns(turnOf), hash: await hashes() });
    else turns.push({ hash: await hashes(), signIn: await signIns(turnOf) });
  }
  const middleMs = (of: "signIn" | "hash", name: string) =>
    round(median(turns.map((turn) => turn[of].micros[name] ?? Number.NaN)) / 1_000, 2);
  return {
    toReach: { signInsShareOfHashes: 0.8 },
    shareOfHashesByRate: round(median(turns.map(({ signIn, hash }) => signIn.rate / hash.rate))),
    shareOfHashesByProcessorTime: round(
      median(
        turns.map(
          ({ signIn, hash }) => (hash.micros.api ?? 0) / ((signIn.micros.api ?? 0) + (signIn.micros.postgres ?? 0)),
        ),
      ),
    ),
    atOnce,
    signInsPerSecond: round(median(turns.map(({ signIn }) => signIn.rate)), 1),
    hashesPerSecond: round(median(turns.map(({ hash }) => hash.rate)), 1),
    processorMsPerHash: middleMs("hash", "api"),
    processorMsPerSignIn: Object.fromEntries(Object.keys(measured).map((name) => [name, middleMs("signIn", name)])),
  };
}

function ownMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

import { median, requestsPerSecond, round, start } from "./load.ts";

const rounds = 4;
const seconds = 5;
/** More than compare passwords at the same time, so that the next one waits while an answer is on its way. */
const atOnce = 16;

/** Sign-ins over HTTP against comparing passwords alone, as many at once, in turns. */
export async function benchSignIns({
  api,
  apiUrl,
  origin,
  people,
}: {
  api: { cpuMicros(): Promise<number> };
  apiUrl: string;
  origin: string;
  people: { email: string; password: string }[];
}) {
  async function signIns() {
    const before = await api.cpuMicros();
    let client = 0;
    const rate = await requestsPerSecond({
      url: apiUrl,
      connections: atOnce,
      duration: seconds,
      // Each client signs in people of its own: an account counts its attempts while they are under way.
      setupClient: (connection) => {
        const share = people.length / atOnce;
        const own = people.slice(client * share, ++client * share);
        connection.setRequests(
          own.map((person) => ({
            method: "POST",
            path: "/api/auth/sign-in/email",
            headers: { origin, "content-type": "application/json" },
            body: JSON.stringify(person),
          })),
        );
      },
    });
    return { rate, micros: ((await api.cpuMicros()) - before) / (rate * seconds) };
  }
  async function hashes() {
    const [rate, micros] = (await start("hash-alone.ts", [String(atOnce), String(seconds)])).line
      .split(" ")
      .map(Number);
    return { rate: rate ?? Number.NaN, micros: micros ?? Number.NaN };
  }
  const turns: Record<"signIn" | "hash", { rate: number; micros: number }>[] = [];
  await signIns(); // to warm up
  for (let turn = 0; turn < rounds; turn++) {
    // The one that comes first takes turns as well.
    if (turn % 2) turns.push({ signIn: await signIns(), hash: await hashes() });
    else turns.push({ hash: await hashes(), signIn: await signIns() });
  }
  return {
    toReach: { signInsShareOfHashes: 0.8 },
    shareOfHashesByRate: round(median(turns.map(({ signIn, hash }) => signIn.rate / hash.rate))),
    shareOfHashesByProcessorTime: round(median(turns.map(({ signIn, hash }) => hash.micros / signIn.micros))),
    atOnce,
    signInsPerSecond: round(median(turns.map(({ signIn }) => signIn.rate)), 1),
    hashesPerSecond: round(median(turns.map(({ hash }) => hash.rate)), 1),
    processorMsPerSignIn: round(median(turns.map(({ signIn }) => signIn.micros)) / 1_000, 1),
    processorMsPerHash: round(median(turns.map(({ hash }) => hash.micros)) / 1_000, 1),
  };
}

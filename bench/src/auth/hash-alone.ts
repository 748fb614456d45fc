import { hash, verify } from "@node-rs/argon2";

// Compares passwords and nothing else, as many at once as the command line says for as many seconds; prints how many a
// second, and the microseconds of processor time that one takes.
const [atOnce = 4, seconds = 5] = process.argv.slice(2).map(Number);
const password = "correct horse battery staple";
const known = await hash(password, { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 });
await verify(known, password);
let done = 0;
const before = process.cpuUsage();
const began = performance.now();
const end = began + seconds * 1_000;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (performance.now() < end) {
      if (!(await verify(known, password))) throw new Error("a password is itself");
      done += 1;
    }
  }),
);
const perSecond = done / ((performance.now() - began) / 1_000);
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${perSecond} ${(user + system) / done}\n`);

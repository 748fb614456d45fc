import { expect, test } from "vitest";
import { createWordEmbedder } from "../../testing/library.ts";
import { EmbedderError } from "../embedder-error.ts";
import { createEmbedderCircuits } from "./embedder-circuits.ts";

function servers() {
  let now = 1_000;
  const state = { fault: undefined as Error | undefined, isPicky: false, asked: 0, takesMs: 0 };
  const words = createWordEmbedder();
  words.before = ([text]) => {
    state.asked += 1;
    now += state.takesMs;
    if (state.fault && (!state.isPicky || text === "poison")) throw state.fault;
  };
  const circuits = createEmbedderCircuits(() => now);
  const ask = (name: string, urgent: boolean) => circuits.guard(words, name).embed(["poison"], { urgent });
  return {
    state,
    question: (name = "one") => ask(name, true),
    job: (name = "one") => ask(name, false),
    pass(ms: number) {
      now += ms;
    },
  };
}

test("[F12] after five failures a server is left alone for 30 seconds, and whoever asks hears why at once", async () => {
  const { state, question, job, pass } = servers();
  state.fault = new EmbedderError("embedder.refused");
  for (let time = 0; time < 9; time += 1) await expect(question()).rejects.toMatchObject({ code: "embedder.refused" });
  expect(state.asked).toBe(5);
  state.fault = undefined;
  await expect(question()).rejects.toMatchObject({ code: "embedder.refused" });
  // A job finds it out for itself.
  await expect(job()).resolves.toHaveLength(1);
  pass(30_000);
  await expect(question()).resolves.toHaveLength(1);
  await expect(question()).resolves.toHaveLength(1);
});

test("[T8] [F12] what one workspace's server does keeps nobody from another's", async () => {
  const { state, question } = servers();
  state.fault = new EmbedderError("embedder.unreachable");
  for (let time = 0; time < 5; time += 1) await expect(question("one")).rejects.toThrow();
  state.fault = undefined;
  await expect(question("one")).rejects.toThrow();
  await expect(question("another")).resolves.toHaveLength(1);
});

test("[F12] a server that a job has waited for in vain is left alone at once, and so is one that wants to be", async () => {
  const { state, job, pass } = servers();
  state.fault = new EmbedderError("embedder.unreachable", { restMs: 40_000 });
  await expect(job()).rejects.toThrow();
  state.fault = undefined;
  pass(39_999);
  await expect(job()).rejects.toMatchObject({ code: "embedder.unreachable" });
  pass(1);
  await expect(job()).resolves.toHaveLength(1);
});

test.each([
  ["does not take", "embedder.refused", undefined],
  ["breaks at", "embedder.unreachable", undefined],
  ["hangs at", "embedder.unreachable", 30_000],
  ["answers with nonsense", "embedder.faulty", undefined],
] as const)("[T8] [F14] texts that a server %s keep nobody else from it", async (_, code, restMs) => {
  const { state, question, job } = servers();
  state.fault = new EmbedderError(code, { blame: "unclear", restMs });
  state.isPicky = true;
  for (let time = 0; time < 6; time += 1) {
    await expect(job()).rejects.toMatchObject({ code, blame: "texts" });
    await expect(question()).rejects.toMatchObject({ code, blame: "texts" });
  }
  // Each time it was asked for a word as well.
  expect(state.asked).toBe(24);
});

test("[F12] a server that fails at whatever it is asked for is left alone, whatever that may come of", async () => {
  const { state, job } = servers();
  state.fault = new EmbedderError("embedder.faulty", { blame: "unclear" });
  for (let time = 0; time < 5; time += 1) await expect(job()).rejects.toMatchObject({ blame: "unclear" });
  expect(state.asked).toBe(10);
  // That it is left alone says nothing of the texts, nor is it asked for a word.
  await expect(job()).rejects.toMatchObject({ code: "embedder.faulty", blame: "server" });
  expect(state.asked).toBe(10);
});

test("[F12] a question that took long to fail waits no longer to learn why; a job does", async () => {
  const { state, question, job } = servers();
  state.fault = new EmbedderError("embedder.unreachable", { blame: "unclear" });
  state.isPicky = true;
  state.takesMs = 5_001;
  await expect(question()).rejects.toMatchObject({ blame: "unclear" });
  expect(state.asked).toBe(1);
  await expect(job()).rejects.toMatchObject({ blame: "texts" });
  expect(state.asked).toBe(3);
  state.takesMs = 4_999;
  await expect(question()).rejects.toMatchObject({ blame: "texts" });
});

test("a wait that was called off says nothing of the server", async () => {
  const { state, job } = servers();
  state.fault = new Error("this process ends");
  for (let time = 0; time < 6; time += 1) await expect(job()).rejects.toThrow("this process ends");
  expect(state.asked).toBe(6);
});

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Embedder } from "../passage.ts";
import { createMinilmEmbedder } from "./minilm.ts";

const assets = new URL("../../../assets/minilm/", import.meta.url);

test("the model and its vocabulary are the files that the measurements were made with", () => {
  const sha256 = (file: string) =>
    createHash("sha256")
      .update(readFileSync(new URL(file, assets)))
      .digest("hex");
  expect(sha256("model.int8.onnx")).toBe("e6523a9018ed5c8bb561d0b5d6e0fa0c138ec1d71b58b02b15a1a56ea5a65d96");
  expect(sha256("vocab.txt")).toBe("07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3");
});

describe("the built-in embedder", () => {
  let embedder: Embedder;
  let thread: Worker;
  beforeAll(async () => {
    process.once("worker", (worker) => {
      thread = worker;
    });
    embedder = await createMinilmEmbedder();
  });
  afterAll(() => embedder.close());

  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

  test("gives vectors of unit length, the same for the same text, whatever stands beside it", async () => {
    const [alone] = await embedder.embed(["How do I add my own documents?"]);
    const [, among] = await embedder.embed(["Bananas are yellow.", "How do I add my own documents?", ""]);
    expect(alone).toHaveLength(embedder.dimensions);
    expect(Math.hypot(...(alone ?? []))).toBeCloseTo(1, 5);
    expect(among).toEqual(alone);
  });

  test("puts a paraphrase nearer than another subject", async () => {
    const [question, paraphrase, other] = await embedder.embed([
      "How can I get my money back?",
      "Refunds are paid within thirty days of the purchase.",
      "The engine of the car needs new oil.",
    ]);
    if (!question || !paraphrase || !other) throw new Error("three texts give three vectors");
    expect(dot(question, paraphrase)).toBeGreaterThan(dot(question, other) + 0.2);
  });

  test("leaves out what is beyond the model's length, even of a text of a megabyte", async () => {
    const words = "knowledge ".repeat(100_000);
    const [long, cut] = await embedder.embed([words, words.slice(0, 10_000)]);
    expect(long).toEqual(cut);
  });

  test("answers a question before the paragraphs that were there first", async () => {
    const order: string[] = [];
    const paragraphs = Array.from({ length: 40 }, (_, index) => `Paragraph ${index} tells of the weather. `.repeat(20));
    const batch = embedder.embed(paragraphs).then(() => order.push("paragraphs"));
    const question = embedder.embed(["What is the weather?"], { urgent: true }).then(() => order.push("question"));
    await Promise.all([batch, question]);
    expect(order).toEqual(["question", "paragraphs"]);
  });

  test("rejects what waits when its thread dies, and takes the next text in a new one", async () => {
    const waiting = Promise.all([embedder.embed(["one ".repeat(500)]), embedder.embed(["two"])]);
    const rejected = expect(waiting).rejects.toThrow("thread has ended");
    await thread.terminate();
    await rejected;
    const vectors = await Promise.all([embedder.embed(["three"]), embedder.embed(["four"])]);
    expect(vectors.flat()).toHaveLength(2);
  });

  test("refuses texts after it was closed, and rejects what was still waiting", async () => {
    const own = await createMinilmEmbedder();
    const waiting = expect(own.embed(Array.from({ length: 50 }, () => "word ".repeat(200)))).rejects.toThrow("ended");
    await own.close();
    await waiting;
    await expect(own.embed(["late"])).rejects.toThrow("closed");
  });
});

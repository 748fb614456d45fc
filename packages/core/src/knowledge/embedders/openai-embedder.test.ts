import { afterAll, beforeEach, expect, test } from "vitest";
import { startFakeEmbedderServer } from "../../testing/fake-embedder-server.ts";
import type { EmbeddingSpent } from "../passage.ts";
import { createOpenaiEmbedder, type OpenaiEmbedderOptions } from "./openai-embedder.ts";

// Over a real connection.

const server = await startFakeEmbedderServer();
afterAll(() => server.close());
beforeEach(() => {
  server.requests.length = 0;
  server.always();
});

const waited: number[] = [];
const open = (options: Partial<OpenaiEmbedderOptions> = {}) => {
  waited.length = 0;
  return createOpenaiEmbedder({
    ...{ baseUrl: server.url, apiKey: "key-for-tests", model: "words", dimensions: 64, fetch },
    pause: async (ms) => void waited.push(ms),
    ...options,
  });
};

test("texts become vectors of unit length in their order, and what the server counted is told", async () => {
  const spent: EmbeddingSpent[] = [];
  const texts = Array.from({ length: 70 }, (_, index) => `word number ${index} of many`);
  const vectors = await open().embed([...texts, "  "], { onSpent: (one) => void spent.push(one) });
  expect(vectors).toHaveLength(71);
  for (const vector of vectors.slice(0, 70)) expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
  const [again] = await open().embed(texts.slice(33, 34));
  expect(vectors[33]).toEqual(again);
  expect(server.requests.map(({ body }) => body.input.length)).toEqual([32, 32, 7, 1]); // the last one is the text that is asked for again
  expect(server.requests[0]).toMatchObject({ authorization: "Bearer key-for-tests", body: { model: "words" } });
  expect(server.requests[0]?.body).not.toHaveProperty("dimensions");
  expect(spent.map(({ inputTokens, countedBy }) => [inputTokens, countedBy])).toEqual([
    [96, "provider"],
    [96, "provider"],
    [21, "provider"],
  ]);
  expect(new Set(spent.map(({ id }) => id)).size).toBe(3);
});

test("a server that does not count is counted for, and marked so", async () => {
  const spent: EmbeddingSpent[] = [];
  const embedding = [1, ...Array(63).fill(0)];
  server.enqueue({ body: JSON.stringify({ data: [{ index: 0, embedding }] }) });
  await open().embed(["four words of text"], { onSpent: (one) => void spent.push(one) });
  expect(spent).toMatchObject([{ inputTokens: 4, countedBy: "tokenizer", provider: "127.0.0.1", model: "words" }]);
});

test("[F12] a server that is busy or broken is asked again, and as late as it wants", async () => {
  server.enqueue({ status: 429, headers: { "retry-after": "7" } }, { status: 503 }, { status: 500 });
  expect(await open().embed(["word"])).toHaveLength(1);
  expect(waited).toEqual([7_000, 2_000, 4_000]);
  expect(server.requests).toHaveLength(4);
});

test("[F12] a job waits once for a server that says nothing, and then leaves it alone", async () => {
  let asked = 0;
  const silent = async () => {
    asked += 1;
    throw new DOMException("The operation was aborted due to timeout", "TimeoutError");
  };
  await expect(open({ fetch: silent }).embed(["word"])).rejects.toMatchObject({
    code: "embedder.unreachable",
    restMs: 30_000,
    blame: "unclear",
  });
  expect([asked, waited]).toEqual([1, []]);
  server.always({ status: 429, headers: { "retry-after": "40" } });
  await expect(open().embed(["word"])).rejects.toMatchObject({ code: "embedder.limited", restMs: 40_000 });
  expect(waited).toEqual([]);
  // A person does not wait once more to learn why.
  const urgent = open({ fetch: silent }).embed(["word"], { urgent: true });
  await expect(urgent).rejects.toMatchObject({ restMs: undefined, blame: "server" });
});

test("[F12] a person who waits gets one more try, and no long wait", async () => {
  server.always({ status: 503 });
  const broken = { code: "embedder.unreachable", blame: "unclear" };
  await expect(open().embed(["word"], { urgent: true })).rejects.toMatchObject(broken);
  expect(waited).toEqual([200]);
  server.always({ status: 503, headers: { "retry-after": "40" } });
  await expect(open().embed(["word"], { urgent: true })).rejects.toMatchObject({ ...broken, blame: "server" });
  server.always({ status: 429, headers: { "retry-after": "7" } });
  await expect(open().embed(["word"], { urgent: true })).rejects.toMatchObject({ code: "embedder.limited" });
  expect(waited).toEqual([]);
});

test.each([
  ["the key is wrong", { status: 401 }, "embedder.refused", "server"],
  ["there is no such model", { status: 404 }, "embedder.refused", "server"],
  ["the text is too long", { status: 413 }, "embedder.refused"],
  ["it leads elsewhere", { status: 302, headers: { location: "http://127.0.0.1:1/" } }, "embedder.faulty"],
  ["it is no JSON", { body: "<html>" }, "embedder.faulty"],
  ["it is of another shape", { body: "{}" }, "embedder.faulty"],
  ["a vector is missing", { body: '{"data":[]}' }, "embedder.faulty"],
  ["it has other dimensions", { body: '{"data":[{"index":0,"embedding":[1,0]}]}' }, "embedder.faulty"],
  [
    "it has no length",
    { body: JSON.stringify({ data: [{ index: 0, embedding: Array(64).fill(0) }] }) },
    "embedder.faulty",
  ],
])(
  "[F12] an answer is not taken, and is not asked for again, when %s",
  async (_, behaviour, code, blame = "unclear") => {
    server.enqueue(behaviour);
    await expect(open().embed(["word"])).rejects.toMatchObject({ code, blame });
    expect(server.requests).toHaveLength(1);
  },
);

test("OpenAI's newer models are asked for as many dimensions as are wanted", async () => {
  await open({ model: "text-embedding-3-small" }).embed(["word"]);
  expect(server.requests[0]?.body).toMatchObject({ dimensions: 64 });
});

test("another model, another server or other dimensions have another id, and the key has none", () => {
  const ids = [{}, { model: "other" }, { baseUrl: "http://127.0.0.1:1/v1" }, { dimensions: 65 }].map((o) => open(o).id);
  expect(new Set(ids).size).toBe(4);
  expect(open({ apiKey: "another" }).id).toBe(ids[0]);
});

test("who stops waiting, or closes it, is rid of a request that hangs", async () => {
  server.always({ hang: true });
  const stop = new AbortController();
  const embedding = open().embed(["word"], { signal: stop.signal });
  await expect.poll(() => server.requests.length).toBe(1);
  stop.abort(new Error("nobody waits"));
  await expect(embedding).rejects.toThrow("nobody waits");

  const embedder = open();
  const another = embedder.embed(["word"]);
  await expect.poll(() => server.requests.length).toBe(2);
  await embedder.close();
  await expect(another).rejects.toThrow("The embedder was closed");
});

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test, vi } from "vitest";
import { watchReaders } from "../../testing/watch-readers.ts";
import { readDocument } from "../read-document.ts";
import { type KeptReader, keepReader } from "./keep-reader.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const page = (words: string) => bytes(`<title>${words}</title><main><h1>Page</h1><p>${words}</p></main>`);
/** Takes a reader so long that it is looked at meanwhile. */
const longPage = bytes(`<p>${"<b>Words</b> ".repeat(18_000)}`);
const largePage = bytes(`<p>${"Words ".repeat(50_000)}`);
const alone = (content: Uint8Array) => readDocument(content, "a.html");
const by = (reader: KeptReader, content: Uint8Array, path = "a.html") => readDocument(content, path, { reader });
const codeBy = (reader: KeptReader, content: Uint8Array) =>
  by(reader, content).then(
    ({ text }) => text,
    ({ code }) => code as string,
  );

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("pages that share a reader are read by one thread, each as it would be alone, and the thread ends when it is disposed of", async () => {
  const pages = [
    page("Bread &amp; salt"),
    bytes(`<main><p __proto__="x" constructor="y" class="__proto__">a</p><table><tr><td>b</table></main>`),
    bytes("<p>A page &lt;without&gt; an end <ul><li>x<li>y"),
    page("Bread &amp; salt"),
  ];
  const expected = [];
  for (const content of pages) expected.push(await alone(content));
  using readers = watchReaders();
  const read = [];
  {
    await using reader = keepReader();
    for (const content of pages) read.push(await by(reader, content));
    expect(readers.running()).toBe(1);
  }
  expect(read).toEqual(expected);
  expect(readers.started).toHaveLength(1);
  expect(readers.running()).toBe(0);
});

test("of what may share a reader only small pages do: a large one, and a file of another kind, has a thread of its own", async () => {
  await using reader = keepReader();
  await by(reader, page("Small"));
  using readers = watchReaders();
  await by(reader, largePage);
  await by(reader, bytes("a,b\n1,2\n"), "a.csv");
  expect(readers.started).toHaveLength(2);
  expect(readers.running()).toBe(0);
  await by(reader, page("Small"));
  expect(readers.started).toHaveLength(2);
});

test("two that are kept are two threads, and what ends one leaves the other", async () => {
  using readers = watchReaders();
  await using ours = keepReader();
  await using theirs = keepReader();
  await Promise.all([by(ours, page("Ours")), by(theirs, page("Theirs"))]);
  expect(readers.started).toHaveLength(2);
  expect(await codeBy(theirs, bytes("no page"))).toBe("document.mismatch");
  expect(readers.running()).toBe(1);
  await by(ours, page("Ours"));
  expect(readers.started).toHaveLength(2);
});

describe("the next page is read by a new thread", () => {
  test.each<[string, Uint8Array, string]>([
    ["a page that its reader refuses", bytes("no page"), "document.mismatch"],
    ["[I9] elements in elements", bytes("<div>".repeat(50_000)), "document.too_complex"],
    [
      "[I9] a table of a million cells",
      bytes(`<table>${"<tr><td colspan=1000 rowspan=60000>x".repeat(500)}`),
      "document.too_complex",
    ],
  ])("after %s", { timeout: 120_000 }, async (_what, content, code) => {
    using readers = watchReaders();
    await using reader = keepReader();
    await by(reader, page("Before"));
    expect(await codeBy(reader, content)).toBe(code);
    expect(readers.started).toHaveLength(1);
    expect(readers.running()).toBe(0);
    expect(await codeBy(reader, page("The next one."))).toBe("# Page\n\nThe next one.\n");
    expect(readers.started).toHaveLength(2);
  });

  test("after one that was not wanted any more", async () => {
    using readers = watchReaders();
    await using reader = keepReader();
    await by(reader, page("Before"));
    const unwanted = new AbortController();
    const { signal } = unwanted;
    vi.spyOn(Worker.prototype, "getHeapStatistics").mockImplementationOnce(async () => {
      unwanted.abort(new Error("not wanted"));
      throw new Error("it is over");
    });
    await expect(readDocument(longPage, "a.html", { reader, signal })).rejects.toThrow("not wanted");
    await by(reader, page("After"));
    expect(readers.started).toHaveLength(2);
    expect(readers.running()).toBe(1);
  });

  test("after one that leaves much in memory", async () => {
    using readers = watchReaders();
    await using reader = keepReader();
    const statistics = vi.spyOn(Worker.prototype, "getHeapStatistics");
    statistics.mockResolvedValue({ used_heap_size: 65 * 1024 * 1024 } as never);
    await by(reader, page("Before"));
    expect(readers.running()).toBe(0);
    statistics.mockRestore();
    await by(reader, page("After"));
    expect(readers.running()).toBe(1);
  });

  test("after five seconds without one", async () => {
    using readers = watchReaders();
    await using reader = keepReader();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await by(reader, page("Before"));
    const [first] = readers.started as [Worker];
    await vi.advanceTimersByTimeAsync(4_999);
    await by(reader, page("In between"));
    await vi.advanceTimersByTimeAsync(4_999);
    await by(reader, page("And again"));
    expect(readers.started).toHaveLength(1);
    const ended = once(first, "exit");
    await vi.advanceTimersByTimeAsync(5_000);
    await ended;
    await by(reader, page("After"));
    expect(readers.started).toHaveLength(2);
  });

  test("after the one before has failed with nothing to read", async () => {
    using readers = watchReaders();
    await using reader = keepReader();
    await by(reader, page("Before"));
    const [first] = readers.started as [Worker];
    first.emit("error", new Error("broken"));
    await first.terminate();
    expect(await codeBy(reader, page("After"))).toBe("# Page\n\nAfter\n");
    expect(readers.started).toHaveLength(2);
  });
});

test("[I9] a page has its processor's time for itself, whatever the pages before it took", async () => {
  using readers = watchReaders();
  await using reader = keepReader();
  await by(reader, page("Before"));
  const { cpuUsage } = Worker.prototype;
  const before = 8_000_000;
  vi.spyOn(Worker.prototype, "cpuUsage").mockImplementation(async function (this: Worker, since) {
    const { user, system } = await cpuUsage.call(this);
    return { user: user + before - (since?.user ?? 0), system: system - (since?.system ?? 0) };
  });
  await by(reader, longPage);
  expect(readers.started).toHaveLength(1);
});

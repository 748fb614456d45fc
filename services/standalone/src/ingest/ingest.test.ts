import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startApi } from "../testing/fake-api.ts";
import { findFiles } from "./find-files.ts";
import { ingest } from "./ingest.ts";

let folder: string;
let output: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "parley-test-"));
  output = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    output += text;
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const write = async (name: string, text = "Something.") => {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), text);
};

const error = (code: string, message: string) => ({ error: { code, message } });

test("a document is sent again when the api is busy, and none is given up for that", async () => {
  await write("a.md");
  let refusals = 2;
  await using api = await startApi((url, send) => {
    if (url.includes("/documents?") && refusals-- > 0) return send(503, error("service.busy", "busy"));
    if (url.includes("/documents?")) return send(200, { versionId: "1", outcome: "queued" });
    send(200, { status: "ready", failure: null, chunks: 3 });
  });
  expect(await ingest(await api.target(), { source: "Files", paths: [path.join(folder, "a.md")] })).toBe(false);
  expect(refusals).toBe(-1);
  expect(output).toContain("read 1 (3 passages) · unchanged 0 · skipped 0 · failed 0");
});

test("a document that is refused is reported with the reason, one that is gone meanwhile too, and the others are read", async () => {
  for (const name of ["a.md", "b.md", "c.md"]) await write(`docs/${name}`);
  await using api = await startApi((url, send) => {
    if (url.includes("a.md")) return send(422, error("document.not_text", "It is not text."));
    if (url.includes("/documents?"))
      return send(200, { versionId: url.includes("b.md") ? "b" : "c", outcome: "queued" });
    if (url.endsWith("/b")) return send(404, error("document.not_found", "No such document."));
    send(200, { status: "ready", failure: null, chunks: 1 });
  });
  expect(await ingest(await api.target(), { source: "Files", paths: [path.join(folder, "docs")] })).toBe(true);
  expect(output).toContain("read 1 (1 passages) · unchanged 0 · skipped 1 · failed 1");
  expect(output).toContain("skipped  docs/a.md: It is not text.");
  expect(output).toContain("failed  docs/b.md: No such document.");
});

test("[F12] documents that wait for an embedder that does not answer are reported with the reason, once nothing moves any more", async () => {
  for (const name of ["a.md", "b.md", "c.md"]) await write(`docs/${name}`);
  let now = 0;
  const clock = {
    now: () => now,
    async pause(ms: number) {
      now += ms;
    },
  };
  const waits = { status: "queued", failure: null, waitsFor: "embedder.refused", chunks: 0 };
  await using api = await startApi((url, send) => {
    if (url.includes("/documents?")) return send(200, { versionId: /(\w)\.md/.exec(url)?.[1], outcome: "queued" });
    // One goes on a minute later; of the others one is tried now and then.
    if (url.endsWith("/b") && now > 60_000) return send(200, { ...waits, status: "ready", waitsFor: null, chunks: 2 });
    if (url.endsWith("/c") && now % 3 === 0) return send(200, { ...waits, status: "parsing", waitsFor: null });
    send(200, waits);
  });
  const paths = [path.join(folder, "docs")];
  expect(await ingest(await api.target(), { source: "Files", paths }, clock)).toBe(true);
  expect(now).toBeGreaterThanOrEqual(180_000);
  expect(now).toBeLessThan(190_000);
  expect(output).toContain("read 1 (2 passages) · unchanged 0 · skipped 0 · failed 0");
  for (const name of ["a.md", "c.md"])
    expect(output).toContain(`waits  docs/${name}: The embedder's server refused the request`);
});

test("a wrong token, an unknown workspace and an api that answers something else are each told in a sentence", async () => {
  const target = async (status: number, body: object) => {
    await using api = await startApi((_url, send) => send(status, body));
    return await api.target();
  };
  await expect(target(401, error("auth.required", ""))).rejects.toThrow("check ADMIN_TOKEN");
  await expect(target(404, error("tenant.not_found", ""))).rejects.toThrow('There is no workspace called "demo"');
  await expect(target(404, {})).rejects.toThrow("the api answered 404");
});

test("two files that would be one document are refused before any is read", async () => {
  await write("one/docs/a.md");
  await write("two/docs/a.md");
  const paths = ["one/docs", "two/docs"].map((name) => path.join(folder, name));
  await expect(findFiles(paths)).rejects.toThrow(/one\/docs\/a\.md and .*two\/docs\/a\.md would both be "docs\/a\.md"/);
  const file = path.join(folder, "one/docs/a.md");
  expect((await findFiles([file, path.relative(process.cwd(), file)])).files).toHaveLength(1);
  const twice = await findFiles([path.join(folder, "one/docs"), path.join(folder, "one/docs")]);
  expect(twice.files.map(({ path }) => path)).toEqual(["docs/a.md"]);
});

test("what is not there is skipped with the reason", async () => {
  const { files, skipped } = await findFiles([path.join(folder, "nowhere")]);
  expect(files).toEqual([]);
  expect(skipped).toEqual([{ path: "nowhere", reason: "there is no such file" }]);
});

test("files of every kind that can be read are found, whatever the case of their endings, and others are skipped", async () => {
  const names = ["a.md", "b.TXT", "c.html", "d.csv", "e.Docx", "f.xlsx", "g.pdf"];
  for (const name of [...names, "h.doc", "i.png"]) await write(name);
  const { files, skipped } = await findFiles([folder]);
  expect(files.map(({ file }) => path.basename(file))).toEqual(names);
  expect(skipped.map(({ path, reason }) => [path.split("/").at(-1), reason])).toEqual([
    ["h.doc", "not of a kind that can be read"],
    ["i.png", "not of a kind that can be read"],
  ]);
});

test("a file whose path is too long to be told by is skipped with the reason", async () => {
  const place = ["xx", ...[84, 84, 81, 80].map((count) => "燈".repeat(count))].join("/");
  // 1,000 bytes, and three more.
  const [long, longer] = [`${place}/燈.md`, `${place}/燈燈.md`];
  expect(Buffer.byteLength(long)).toBe(1_000);
  for (const name of [long, longer]) await write(name);
  const { files, skipped } = await findFiles([path.join(folder, "xx")]);
  expect(files.map(({ path }) => path)).toEqual([long]);
  expect(skipped).toEqual([{ path: longer, reason: "its path is no text of 1000 bytes at most" }]);
});

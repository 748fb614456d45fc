import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readOutcomes } from "./read-outcomes.ts";

const header = "prompt_id,benchmark,subject,prompt,small_correct,large_correct";
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "parley-routing-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array) {
  const where = path.join(folder, name);
  await writeFile(where, content);
  return where;
}

test("outcomes are read, gzipped or not, whatever the order of the columns and with lines within a prompt", async () => {
  const csv =
    'large_correct,prompt,extra,small_correct,subject,benchmark,prompt_id\r\n1,"What is ""x"",\nor y?",-,0,algebra,mmlu,a/1\r\n';
  const read = [
    {
      promptId: "a/1",
      benchmark: "mmlu",
      subject: "algebra",
      prompt: 'What is "x",\nor y?',
      small: false,
      large: true,
    },
  ];
  expect(await readOutcomes(await file("plain.csv", `\ufeff${csv}`))).toEqual(read);
  expect(await readOutcomes(await file("packed.csv.gz", gzipSync(csv)))).toEqual(read);
});

test.each([
  ["nothing in it", "", "is empty"],
  ["a header alone", `${header}\n`, "has a header and no rows"],
  ["no such columns", "prompt_id,benchmark,subject,prompt\na,b,c,d\n", "has no column small_correct, large_correct"],
  ["an outcome that is none", `${header}\na,b,c,d,1,0\na,b,c,d,1,yes\n`, 'line 3: large_correct is "yes", not 0 or 1'],
  ["a fraction", `${header}\na,b,c,d,0.5,1\n`, 'line 2: small_correct is "0.5", not 0 or 1'],
  ["an empty prompt", `${header}\na,b,c, ,1,1\n`, "line 2: the prompt is empty"],
  ["a row that is too short", `${header}\na,b,c\n`, "is no CSV"],
  ["an open quote", `${header}\na,b,c,"d,1,1\n`, "is no CSV"],
  ["bytes that are no text", Uint8Array.of(0xff, 0xfe, 0x00), "can't be read"],
])("a file with %s is refused with the reason", async (_, content, reason) => {
  await expect(readOutcomes(await file("bad.csv", content))).rejects.toThrow(reason);
});

test("what is not there, or no gzip though it is called so, is said", async () => {
  await expect(readOutcomes(path.join(folder, "none.csv"))).rejects.toThrow("none.csv is not there");
  await expect(readOutcomes(folder)).rejects.toThrow("can't be read");
  await expect(readOutcomes(await file("no.csv.gz", header))).rejects.toThrow("can't be read");
});

test("the command says in one line what is wrong with its file, and how it is used", async () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [fileURLToPath(new URL("../routing.ts", import.meta.url)), ...args]);
  await expect(run("--data", path.join(folder, "none.csv"))).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^[^\n]*none\.csv is not there\n$/),
  });
  await expect(run()).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("usage: pnpm bench:routing") });
  await expect(run("--dat", "x")).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("usage:") });
});

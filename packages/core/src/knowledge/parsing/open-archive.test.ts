import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { openArchive } from "./open-archive.ts";

const mb = 1024 * 1024;
const zeros = (size: number) => new Uint8Array(size);
const inFolder = (name: string) => name.startsWith("in/");

test("of an archive is unpacked what is wanted, and nothing else", () => {
  const archive = zipSync({ "in/a": strToU8("a"), "in/b": strToU8("b"), "out/c": zeros(60 * mb) });
  expect(openArchive(archive, inFolder)).toEqual({ "in/a": strToU8("a"), "in/b": strToU8("b") });
});

test("[I9] what declares to become too large is not unpacked, be it in one part or in many", () => {
  const tooMuch = expect.objectContaining({ code: "document.too_complex", message: "too much to unpack" });
  const open = (files: Record<string, Uint8Array>) => () => openArchive(zipSync(files), inFolder);
  expect(open({ "in/a": zeros(49 * mb) })).toThrow(tooMuch);
  expect(open(Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`in/${index}`, zeros(7 * mb)])))).toThrow(
    tooMuch,
  );
  expect(open(Object.fromEntries(Array.from({ length: 5_001 }, (_, index) => [`out/${index}`, zeros(0)])))).toThrow(
    tooMuch,
  );
  expect(open({ "in/a": zeros(47 * mb) })).not.toThrow();
});

test("[I9] a part that holds more than it declares is cut off there", () => {
  const archive = Buffer.from(zipSync({ "in/a": zeros(2 * mb) }));
  const [declared, less] = [2 * mb, 1_000].map((size) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(size);
    return bytes;
  }) as [Buffer, Buffer];
  for (let at = archive.indexOf(declared); at >= 0; at = archive.indexOf(declared)) less.copy(archive, at);
  expect(openArchive(archive, inFolder)["in/a"]).toHaveLength(1_000);
});

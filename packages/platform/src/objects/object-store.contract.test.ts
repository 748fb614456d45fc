import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { SourceId, TenantId } from "@parley/contracts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startS3Server } from "../testing/s3-server.ts";
import { createFolderStore } from "./folder-store.ts";
import { type ObjectStore, objectKey, readObject } from "./object-store.ts";
import { createS3Store } from "./s3-store.ts";

const bytesOf = async function* (...parts: (string | Uint8Array)[]) {
  for (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
};
const [ours, theirs] = [TenantId.parse(randomUUID()), TenantId.parse(randomUUID())];
const newSource = () => SourceId.parse(randomUUID());

let folder: string;
let s3: Awaited<ReturnType<typeof startS3Server>>;
beforeAll(async () => {
  s3 = await startS3Server();
});
afterAll(() => s3.close());
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "parley-objects-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const stores: [string, () => ObjectStore][] = [
  ["a folder", () => createFolderStore(path.join(folder, "objects"))],
  ["a bucket", () => createS3Store(s3.options)],
];

describe.each(stores)("an object in %s", (_, create) => {
  const read = async (store: ObjectStore, key: ReturnType<typeof objectKey>) => {
    const bytes = await store.get(key);
    return bytes && (await readObject(bytes)).toString();
  };

  test("[T11 control] is there as it was put, whole, until it is deleted", async () => {
    const store = create();
    const key = objectKey(ours, newSource(), randomUUID());
    expect(await store.get(key)).toBeUndefined();
    await store.put(key, bytesOf("Hel", "lo"), 5);
    expect(await read(store, key)).toBe("Hello");
    await store.put(key, bytesOf("Bye"), 3);
    expect(await read(store, key)).toBe("Bye");
    for (let time = 0; time < 2; time += 1) await store.delete(key);
    expect(await store.get(key)).toBeUndefined();
  });

  test("may be empty, and may be large and of any bytes", async () => {
    const store = create();
    const [empty, large] = [objectKey(ours, newSource(), randomUUID()), objectKey(ours, newSource(), randomUUID())];
    await store.put(empty, bytesOf(), 0);
    expect(await read(store, empty)).toBe("");
    const part = Uint8Array.from({ length: 1_000_003 }, (_, index) => index % 256);
    await store.put(large, bytesOf(part, part, part), 3 * part.length);
    const bytes = await store.get(large);
    expect(bytes && Buffer.compare(await readObject(bytes), Buffer.concat([part, part, part]))).toBe(0);
  });

  test("is not there when its bytes broke off or were others than was said, and what was before is", async () => {
    const store = create();
    const key = objectKey(ours, newSource(), randomUUID());
    await store.put(key, bytesOf("before"), 6);
    const breaking = async function* () {
      yield Buffer.from("hal");
      throw new Error("the client went away");
    };
    await expect(store.put(key, breaking(), 6)).rejects.toThrow();
    await expect(store.put(key, bytesOf("hal"), 6)).rejects.toThrow();
    expect(await read(store, key)).toBe("before");
  });

  test("[T11] is deleted with its source, and no other source's or tenant's is", async () => {
    const store = create();
    const [source, other] = [newSource(), newSource()];
    const gone = Array.from({ length: 5 }, () => objectKey(ours, source, randomUUID()));
    const kept = [objectKey(ours, other, randomUUID()), objectKey(theirs, source, randomUUID())];
    for (const key of [...gone, ...kept]) await store.put(key, bytesOf(key), key.length);
    for (let time = 0; time < 2; time += 1) await store.deleteAll(objectKey(ours, source));
    for (const key of gone) expect(await store.get(key)).toBeUndefined();
    for (const key of kept) expect(await read(store, key)).toBe(key);
  });
});

describe("a key", () => {
  test("[T11] begins with its tenant and is of ids alone, so that it leads nowhere else", () => {
    const id = randomUUID();
    expect(objectKey(ours, SourceId.parse(id), id)).toBe(`${ours}/${id}/${id}`);
    for (const bad of ["..", ".", "", "a/../b", `${id}/..`, `${id}\0`, "%2e%2e", `../${theirs}`]) {
      expect(() => objectKey(ours, SourceId.parse(id), bad)).toThrow();
      expect(() => objectKey(bad as TenantId, SourceId.parse(id))).toThrow();
      expect(() => objectKey(ours, bad as SourceId)).toThrow();
    }
  });
});

test("the files of a folder are for its owner's eyes alone, and nothing half is left", async () => {
  const store = createFolderStore(path.join(folder, "objects"));
  const key = objectKey(ours, newSource(), randomUUID());
  await store.put(key, bytesOf("Hello"), 5);
  await store.put(key, bytesOf("x"), 2).catch(() => {});
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toEqual([key.split("/")[2]]);
  for (let part = path.join(folder, "objects", key), depth = 0; depth < 4; part = path.dirname(part), depth += 1) {
    expect((await stat(part)).mode & 0o077).toBe(0);
  }
});

test("a bucket is asked with a signature that fits, and its failures are failures", async () => {
  const key = objectKey(ours, newSource(), randomUUID());
  const stranger = createS3Store({ ...s3.options, secretAccessKey: "another" });
  await expect(stranger.put(key, bytesOf("Hello"), 5)).rejects.toThrow();
  await expect(stranger.get(key)).rejects.toThrow();
  expect(s3.asked.slice(-2).map((line) => line.split(" ").at(-1))).toEqual(["403", "403"]);
  expect(s3.objects.has(key)).toBe(false);

  const store = createS3Store(s3.options);
  await store.put(key, bytesOf("Hello"), 5);
  s3.fail(true);
  await expect(store.get(key)).rejects.toThrow();
  await expect(store.put(key, bytesOf("Hello"), 5)).rejects.toThrow();
  await expect(store.delete(key)).rejects.toThrow();
  await expect(store.deleteAll(objectKey(ours, newSource()))).rejects.toThrow();
  s3.fail(false);
  expect(await store.get(key)).toBeDefined();
});

import { randomUUID } from "node:crypto";
import * as files from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { SourceId, TenantId } from "@parley/contracts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFolderStore } from "./folder-store.ts";
import { objectKey } from "./object-store.ts";

const done = vi.hoisted(() => [] as string[]);
vi.mock("node:fs/promises", async (importReal) => {
  const real = await importReal<typeof files>();
  return {
    ...real,
    async rename(from: string, to: string) {
      await real.rename(from, to);
      done.push(`rename ${to}`);
    },
    async open(file: string, ...rest: [string?]) {
      const handle = await real.open(file, ...rest);
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        await sync();
        done.push(`sync ${file}`);
      };
      return handle;
    },
  };
});

const bytes = async function* () {
  yield Buffer.from("Hello");
};
let folder: string;
beforeEach(async () => {
  folder = await files.mkdtemp(path.join(tmpdir(), "parley-objects-"));
});
afterEach(() => files.rm(folder, { recursive: true, force: true }));

test("[F9] an object's name is on the disk when it is said to be kept, and so are those of the folders that were made for it", async () => {
  const [tenant, source] = [TenantId.parse(randomUUID()), SourceId.parse(randomUUID())];
  const store = createFolderStore(path.join(folder, "objects"));
  async function put() {
    done.length = 0;
    const key = objectKey(tenant, source, randomUUID());
    await store.put(key, bytes(), 5);
    return [done.toSorted(), path.join(folder, "objects", key)] as const;
  }
  const own = path.join(folder, "objects", tenant, source);
  const above = [path.join(folder, "objects", tenant), path.join(folder, "objects")];
  const synced = (...places: string[]) => places.map((place) => `sync ${place}`).toSorted();
  const [first, file] = await put();
  expect(first).toEqual([`rename ${file}`, ...synced(own, ...above, folder)]);
  expect(done.indexOf(`sync ${own}`)).toBeGreaterThan(done.indexOf(`rename ${file}`));
  // Another call may have made them a moment ago, and not be done with it.
  const [second, other] = await put();
  expect(second).toEqual([`rename ${other}`, ...synced(own, ...above)]);
});

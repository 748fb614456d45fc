import path from "node:path";
import type { Config } from "../config.ts";
import { createFolderStore } from "./folder-store.ts";
import type { ObjectStore } from "./object-store.ts";
import { createS3Store } from "./s3-store.ts";

/** Where the installation keeps files: the bucket that is configured, or a folder of the data folder. */
export function createObjectStore({ s3, dataDir }: Pick<Config, "s3" | "dataDir">): ObjectStore {
  return s3 ? createS3Store(s3) : createFolderStore(path.join(dataDir, "objects"));
}

import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createFolderStore } from "@parley/platform/objects/folder-store";

const folder = path.join(tmpdir(), `parley-test-objects-${process.pid}`);
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Keeps a test's files, as long as its process lives. */
export const testObjects = createFolderStore(folder);

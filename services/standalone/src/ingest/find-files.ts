import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { DocumentPath, documentPathBytes, limits } from "@parley/contracts";
import { readableEndings } from "@parley/core/knowledge/read-document";
import { OperatorError } from "../operator-error.ts";

export type FoundFile = {
  file: string /** within the folder that was named */;
  path: string;
};
export type Skipped = { path: string; reason: string };

const isHidden = (name: string) => name.startsWith(".") || name === "node_modules";

/**
 * The files below the given paths that can be read as documents, in a steady order; and the others, each with the reason.
 *
 * @throws OperatorError when two files would be one document, since a path begins at the folder that was named
 */
export async function findFiles(given: readonly string[]): Promise<{ files: FoundFile[]; skipped: Skipped[] }> {
  const files: FoundFile[] = [];
  const skipped: Skipped[] = [];

  async function visit(file: string, shown: string): Promise<void> {
    const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
      skipped.push({
        path: shown,
        reason: error.code === "ENOENT" ? "there is no such file" : `can't be read (${error.code})`,
      });
    });
    if (!found) return;
    if (found.isDirectory()) {
      const listed = await readdir(file, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
        skipped.push({ path: shown, reason: `can't be read (${error.code})` });
        return [];
      });
      const entries = listed.sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const entry of entries) {
        const below = {
          file: path.join(file, entry.name),
          shown: path.posix.join(shown, entry.name),
        };
        if (isHidden(entry.name)) skipped.push({ path: below.shown, reason: "hidden" });
        else if (entry.isSymbolicLink()) skipped.push({ path: below.shown, reason: "a link is not followed" });
        else await visit(below.file, below.shown);
      }
    } else if (!found.isFile()) {
      skipped.push({ path: shown, reason: "not a file" });
    } else if (!readableEndings.has(path.extname(file).slice(1).toLowerCase())) {
      skipped.push({ path: shown, reason: "not of a kind that can be read" });
    } else if (found.size > limits.fileBytes) {
      skipped.push({
        path: shown,
        reason: `larger than ${limits.fileBytes / 1024 / 1024} MB`,
      });
    } else if (!DocumentPath.safeParse(shown).success) {
      skipped.push({ path: shown, reason: `its path is no text of ${documentPathBytes} bytes at most` });
    } else {
      files.push({ file, path: shown });
    }
  }

  for (const file of given) await visit(file, path.basename(file));
  const known = new Map<string, FoundFile>();
  for (const found of files) {
    const other = known.get(found.path);
    if (other && path.resolve(other.file) !== path.resolve(found.file)) {
      throw new OperatorError(
        `${other.file} and ${found.file} would both be "${found.path}": read them in one after the other, each with a --source of its own.`,
      );
    }
    known.set(found.path, found);
  }
  return { files: [...known.values()], skipped };
}

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";

/** Documents, and questions with the documents that answer them. */
export type RetrievalTask = {
  docs: {
    id: string;
    text: string /** What it was taken from: the others of that are not neutral. */;
    group?: string | number;
  }[];
  queries: {
    id: string;
    text: string;
    /** Places in `docs`. */
    gold: number[];
    /** Strings of which an answer holds one. */
    answers?: string[];
  }[];
};

/** Reads a task from a JSON file, gzipped or not. @throws when it is not there or is no task */
export async function readTask(file: string): Promise<RetrievalTask> {
  const bytes = await readFile(file);
  const task = JSON.parse(String(file.endsWith(".gz") ? gunzipSync(bytes) : bytes)) as Partial<RetrievalTask>;
  if (!Array.isArray(task.docs) || !Array.isArray(task.queries)) throw new Error(`${file} holds no docs and queries`);
  return { docs: task.docs, queries: task.queries };
}

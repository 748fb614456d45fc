import { openDatabase } from "@parley/db";
import { createLogger } from "@parley/platform/log";
import { createJobs } from "../knowledge/jobs.ts";
import { createWordEmbedder } from "./library.ts";
import { testObjects } from "./test-objects.ts";

// A process that takes jobs and gets stuck with the batch of a document that it is told to: to be killed by a test.
async function work({ connection, after }: { connection: object; after: number }): Promise<void> {
  const db = openDatabase({ connection, max: 2 });
  const jobs = createJobs({ db, logger: createLogger({ level: "silent", format: "json" }), embedded: true });
  const embedder = createWordEmbedder();
  let batches = 0;
  embedder.before = () => {
    batches += 1;
    if (batches <= after) return;
    process.send?.("stuck");
    return new Promise<void>(() => {});
  };
  await jobs.start();
  await jobs.work({ embedder, objects: testObjects });
}

process.once("message", (order: Parameters<typeof work>[0]) => void work(order));

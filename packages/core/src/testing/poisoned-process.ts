import { openDatabase } from "@parley/db";
import { createLogger } from "@parley/platform/log";
import { createJobs } from "../knowledge/jobs.ts";
import { createWordEmbedder } from "./library.ts";
import { testObjects } from "./test-objects.ts";

// A process that takes jobs and is killed by any document that holds a certain word, as one would be whose memory ran out.
async function work({ connection, poison }: { connection: object; poison: string }): Promise<void> {
  const db = openDatabase({ connection, max: 2 });
  const jobs = createJobs({ db, logger: createLogger({ level: "silent", format: "json" }), embedded: true });
  const words = createWordEmbedder();
  const embedder: typeof words = {
    ...words,
    async embed(texts) {
      if (texts.some((text) => text.includes(poison))) process.kill(process.pid, "SIGKILL");
      return words.embed(texts);
    },
  };
  await jobs.start();
  await jobs.work({ embedder, objects: testObjects });
  process.send?.("working");
}

process.once("message", (order: Parameters<typeof work>[0]) => void work(order));

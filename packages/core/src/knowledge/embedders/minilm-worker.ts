import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parentPort } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { createWordPiece } from "./word-piece.ts";

/** What the embedder asks of its thread. */
export type Request = { id: number; texts: readonly string[]; urgent: boolean } | "close";
/** What the thread answers: `vectors` are those of all the texts, one behind the other. */
export type Reply = "ready" | { id: number; vectors: Float32Array } | { id: number; error: string };

type Task = {
  id: number;
  texts: readonly string[];
  vectors: Float32Array;
  done: number;
};

const dimensions = 384;
const maxTokens = 256;
const assets = new URL("../../../assets/minilm/", import.meta.url);

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const tokenize = createWordPiece(readFileSync(new URL("vocab.txt", assets), "utf8"), maxTokens);
  const session = await InferenceSession.create(fileURLToPath(new URL("model.int8.onnx", assets)), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
    // Sizes differ from text to text: the arena would keep a block of each, for a few per cent of speed.
    enableCpuMemArena: false,
    enableMemPattern: false,
  });

  /** One text at a time: a batch pads every text to its longest one, which costs more than it saves. */
  async function embed(text: string): Promise<Float32Array> {
    const ids = tokenize(text);
    const shape = [1, ids.length];
    const results = await session.run({
      input_ids: new Tensor("int64", BigInt64Array.from(ids, BigInt), shape),
      attention_mask: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape),
    });
    return results.sentence_embedding?.data as Float32Array;
  }

  const urgent: Task[] = [];
  const patient: Task[] = [];
  let busy = false;
  let closing = false;

  // `session.run` goes through the event loop, so a question that comes in the meantime is the next to be taken.
  async function work(): Promise<void> {
    if (busy) return;
    busy = true;
    for (let queue = next(); queue && !closing; queue = next()) {
      const task = queue[0] as Task;
      try {
        const text = task.texts[task.done];
        if (text !== undefined) task.vectors.set(await embed(text), task.done * dimensions);
        task.done += 1;
        if (task.done < task.texts.length) continue;
        port.postMessage({ id: task.id, vectors: task.vectors } satisfies Reply, [task.vectors.buffer as ArrayBuffer]);
      } catch (error) {
        port.postMessage({ id: task.id, error: String(error) } satisfies Reply);
      }
      queue.shift();
    }
    busy = false;
  }
  const next = () => [urgent, patient].find((queue) => queue.length > 0);

  port.on("message", (request: Request) => {
    if (request === "close") {
      closing = true;
      port.close();
      return;
    }
    const { id, texts } = request;
    const task: Task = {
      id,
      texts,
      vectors: new Float32Array(texts.length * dimensions),
      done: 0,
    };
    (request.urgent ? urgent : patient).push(task);
    void work();
  });
  port.postMessage("ready" satisfies Reply);
}

if (parentPort) await serve(parentPort);

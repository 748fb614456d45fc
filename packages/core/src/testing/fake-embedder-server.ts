import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createWordEmbedder } from "./library.ts";

/** What one request gets in place of its vectors. */
export type EmbedderBehaviour = { status?: number; headers?: Record<string, string>; body?: string; hang?: true };
export type EmbedderRequest = {
  authorization: string | undefined;
  body: { model: string; input: string[]; [field: string]: unknown };
};

/** A server on loopback with OpenAI's embeddings, of 64 dimensions and a direction for each word, that misbehaves on demand. For tests. */
export async function startFakeEmbedderServer() {
  const words = createWordEmbedder();
  const behaviours: EmbedderBehaviour[] = [];
  const requests: EmbedderRequest[] = [];
  const state = {
    behaviour: undefined as EmbedderBehaviour | undefined,
    well: 0,
    held: undefined as Promise<void> | undefined,
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const part of request) text += part;
    const body = JSON.parse(text) as EmbedderRequest["body"];
    requests.push({ authorization: request.headers.authorization, body });
    if (state.held && state.well-- <= 0) await state.held;
    const behaviour = behaviours.shift() ?? state.behaviour;
    if (behaviour?.hang) return;
    if (behaviour) {
      response.writeHead(behaviour.status ?? 200, behaviour.headers).end(behaviour.body ?? "{}");
      return;
    }
    const vectors = await words.embed(body.input.map((text) => (/\p{L}/u.test(text) ? text : "nothing")));
    // Twice as long as they should be, and the last one first: neither is for a client to rely on.
    const data = vectors
      .map((vector, index) => ({ index, embedding: [...vector].map((value) => 2 * value) }))
      .reverse();
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ data, usage: { prompt_tokens: 3 * body.input.length } }));
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    /** One request each; after that all is well again. */
    enqueue: (...more: EmbedderBehaviour[]) => void behaviours.push(...more),
    /** Every request, until it is called without one. */
    always(behaviour?: EmbedderBehaviour) {
      state.behaviour = behaviour;
    },
    /** Nobody gets an answer, but for so many requests that come first. @returns lets all go who wait */
    hold({ butFor }: { butFor: number }): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      Object.assign(state, { well: butFor, held: promise });
      return () => {
        state.held = undefined;
        resolve();
      };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

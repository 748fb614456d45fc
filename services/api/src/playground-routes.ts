import { Readable } from "node:stream";
import type { ErrorBody } from "@parley/contracts";
import { PlaygroundQuestion } from "@parley/core/assistant/playground/router";
import { appRouter } from "@parley/core/router";
import type { FastifyError, FastifyInstance, FastifyRequest } from "fastify";
import type { ApiParts } from "./create-api.ts";
import { errorAnswer } from "./error-answer.ts";
import { throwAppError } from "./throw-app-error.ts";
import { contextOf } from "./trpc-routes.ts";

/** The playground, told while it is written: JSON, a part or the failure that ended it on each line. Whoever goes away ends it. */
export async function playgroundRoutes(app: FastifyInstance, options: ApiParts): Promise<void> {
  const createContext = contextOf(app, options);

  app.post("/api/playground/ask", async (request, reply) => {
    const gone = new AbortController();
    reply.raw.once("close", () => {
      if (!reply.raw.writableEnded) gone.abort(new Error("whoever asked has gone"));
    });
    const context = await createContext({ req: request, res: reply }).catch(throwAppError);
    // The procedure asks who may.
    const wanted = PlaygroundQuestion.parse(request.body);
    const { playground } = appRouter.createCaller(context, { signal: gone.signal }).assistant;
    const parts = await playground.ask(wanted).catch(throwAppError);
    return reply
      .header("content-type", "application/jsonl; charset=utf-8")
      .header("x-accel-buffering", "no") // a proxy that gathers an answer would keep its words from whoever waits
      .send(Readable.from(toLines(parts, request, gone.signal), { objectMode: false }));
  });
}

async function* toLines(parts: AsyncIterable<object>, request: FastifyRequest, gone: AbortSignal) {
  try {
    for await (const part of parts) yield `${JSON.stringify(part)}\n`;
  } catch (error) {
    if (gone.aborted) return;
    const { body } = errorAnswer(error as FastifyError, request);
    request.facts.refusal = body.error.code;
    if (body.error.code === "internal") request.log.error({ err: error, ...request.facts }, "playground failed");
    yield `${JSON.stringify(body satisfies ErrorBody)}\n`;
  }
}

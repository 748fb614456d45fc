import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mountTrpc } from "@parley/api/trpc-adapter";
import { initTRPC } from "@trpc/server";
import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import Fastify from "fastify";

// A server that does nothing, of the kind that the command line names; it prints its address.
const t = initTRPC.create();
const router = t.router({ nothing: t.procedure.query(() => undefined) });
const answer = JSON.stringify({ result: {} });
const createContext = async () => ({});

async function listen(kind: string | undefined): Promise<string> {
  if (kind === "http") {
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": answer.length }).end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const app = Fastify({ routerOptions: { maxParamLength: 1_000 } });
  if (kind === "fastify") app.get("/trpc/nothing", async () => ({ result: {} }));
  else if (kind === "stock")
    await app.register(fastifyTRPCPlugin, { prefix: "/trpc", trpcOptions: { router, createContext } });
  else mountTrpc(app, { prefix: "/trpc", router, createContext, maxBatchSize: 10, onError() {} });
  return app.listen({ host: "127.0.0.1", port: 0 });
}

process.stdout.write(`${await listen(process.argv[2])}\n`);

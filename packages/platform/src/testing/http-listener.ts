import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A web server on this machine that counts what reaches it. */
export async function startHttpListener(options: { host?: string; port?: number; answer?: RequestListener } = {}) {
  const { host = "127.0.0.1", port = 0, answer = (_request, response) => response.end("private") } = options;
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(request.url ?? "");
    answer(request, response);
  });
  server.listen({ host, port, ipv6Only: true });
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    /** The path of every request, in order. */
    hits,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

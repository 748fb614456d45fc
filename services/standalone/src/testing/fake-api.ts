import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { overHttp } from "../ingest/targets.ts";

/** An api that answers as the test says, request by request. */
export async function startApi(answer: (url: string, send: (status: number, body: object) => void) => void) {
  const server = createServer((request, response: ServerResponse) => {
    request.resume().on("end", () =>
      answer(request.url ?? "", (status, body) => {
        response.writeHead(status, { "content-type": "application/json", "retry-after": "0" });
        response.end(JSON.stringify(body));
      }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    target: () => overHttp({ apiUrl: `http://127.0.0.1:${port}`, adminToken: "token", tenant: "demo" }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

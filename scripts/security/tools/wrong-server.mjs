// A small server that does not do what its OpenAPI says: what schemathesis must find.
import { once } from "node:events";
import { createServer } from "node:http";

const Thing = {
  type: "object",
  required: ["id"],
  additionalProperties: false,
  properties: { id: { type: "integer" } },
};
const description = {
  openapi: "3.1.0",
  info: { title: "Wrong", version: "1" },
  paths: {
    "/things/{id}": {
      get: {
        operationId: "getThing",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
        responses: {
          200: { description: "A thing", content: { "application/json": { schema: Thing } } },
          400: { description: "No id" },
        },
      },
    },
    "/words": {
      get: {
        operationId: "findWords",
        parameters: [{ name: "q", in: "query", required: true, schema: { type: "string", minLength: 1 } }],
        responses: { 200: { description: "Words" }, 400: { description: "No word" } },
      },
    },
  },
};

export async function startWrongServer() {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    const answer = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (pathname === "/openapi.json") return answer(200, description);
    if (pathname === "/words") {
      const words = searchParams.get("q") ?? "";
      return words.length > 4 ? answer(500, { error: "a word too long" }) : answer(200, []);
    }
    return answer(200, { id: "a word where a number was promised" });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** As schemathesis numbers them: a fault of the server, an answer and a request that are not as described, a method that is not there. */
    faults: ["ST101", "ST108", "ST201", "ST204"],
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const origins = new Set<string>();
const hosts = ["127.0.0.1", "localhost"];

/** Whether the page is one of another site, which these tests have made. */
export const isOtherSite = (url: string) => URL.canParse(url) && origins.has(new URL(url).origin);

/** Another site, whose pages are empty: what they do the tests say. */
export async function startOtherSite() {
  const server = createServer((_request, response) => {
    response
      .writeHead(200, { "content-type": "text/html" })
      .end("<!doctype html><title>Another site</title><body></body>");
  });
  server.listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  for (const host of hosts) origins.add(`http://${host}:${port}`);
  return {
    on: (host: string) => `http://${host}:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

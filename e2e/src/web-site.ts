import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A web site of this machine: a page a path. A page that is held back comes when it is let go. */
export async function startWebSite() {
  const pages = new Map<string, string>();
  const held = new Map<string, Promise<void>>();
  const server = createServer(({ url = "" }, response) => {
    void (held.get(url) ?? Promise.resolve()).then(() => {
      const text = pages.get(url);
      response.writeHead(text === undefined ? 404 : 200, { "content-type": "text/html; charset=utf-8" }).end(text);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    address: `http://${host}/`,
    /** HTML by path. */
    pages,
    /** Nobody gets the page. @returns lets it go */
    hold(path: string): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(path, promise);
      return () => {
        held.delete(path);
        resolve();
      };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
export type WebSite = Awaited<ReturnType<typeof startWebSite>>;

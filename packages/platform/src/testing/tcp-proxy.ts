import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Stands between a client and a server, so that a test can break what is between them. */
export async function startTcpProxy(target: { host: string; port: number }) {
  const sockets = new Set<Socket>();
  let refusing = false;
  let silent = false;
  let rewrite = (bytes: Buffer) => bytes;

  const server = createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (bytes) => silent || upstream.write(bytes));
    upstream.on("data", (bytes) => silent || client.write(rewrite(bytes)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    /** Breaks every connection and takes no new one. */
    refuse() {
      refusing = true;
      cut();
    },
    /** Keeps the connections there are, and passes nothing on. */
    fallSilent() {
      silent = true;
    },
    /** Lets new connections through. Those that fell silent are dropped, without a word to whoever holds the other end. */
    heal() {
      refusing = false;
      silent = false;
    },
    /** Changes what the server sends, from the next connection on. Must keep its length. */
    rewriteReplies(change: (bytes: Buffer) => Buffer) {
      rewrite = change;
    },
    async stop() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}

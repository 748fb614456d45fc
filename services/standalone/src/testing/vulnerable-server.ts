import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestDatabase, withClient } from "@parley/db/testing";

/**
 * What sqlmap must find: a server on loopback, on a database of its own, that puts its callers' words into SQL, each as the product is
 * given some of its own: in the path, in a query, in JSON and in a cursor.
 */
export async function startVulnerableServer(environment: { DATABASE_URL: string }) {
  process.env.DATABASE_URL = environment.DATABASE_URL; // where createTestDatabase looks
  const database = await createTestDatabase({ migrated: false });
  const { promise: stopped, resolve: end } = Promise.withResolvers<void>();
  const { promise: started, resolve: start, reject: fail } = Promise.withResolvers<string>();

  const serving = withClient(database.adminConnection, async (client) => {
    await client.query("create table shops (id int primary key, name text)");
    await client.query("insert into shops values (1, 'ours'), (2, 'theirs')");
    let last: Promise<unknown> = Promise.resolve();
    /** One after the other: there is one connection. */
    function find(where: string) {
      const found = last.then(() => client.query(`select id, name from shops where ${where}`));
      last = found.catch(() => {});
      return found;
    }
    async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
      try {
        const { rows } = await find(await condition(request));
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(rows));
      } catch {
        response.writeHead(400, { "content-type": "application/json" }).end('{"code":"input.invalid"}');
      }
    }
    const server = createServer((...both) => void answer(...both)).listen(0, "127.0.0.1");
    await once(server, "listening");
    start(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await stopped;
    server.close();
    server.closeAllConnections();
  });
  serving.catch(fail);

  return {
    url: await started,
    async stop() {
      end();
      await serving;
      await database.drop();
    },
  };
}

async function condition(request: IncomingMessage): Promise<string> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [, kind, rest = ""] = /^\/(\w+)\/?(.*)$/.exec(pathname) ?? [];
  switch (kind) {
    case "path":
      return `id = ${decodeURIComponent(rest)}`;
    case "query":
      return `name = '${searchParams.get("name")}'`;
    case "cursor":
      return `name = '${JSON.parse(Buffer.from(searchParams.get("cursor") ?? "", "base64url").toString()).name}'`;
    case "body": {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      return `name = '${JSON.parse(Buffer.concat(chunks).toString()).name}'`;
    }
    default:
      throw new Error("There is nothing at this address.");
  }
}

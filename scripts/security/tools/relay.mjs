// Between sqlmap and what it attacks: sqlmap changes plain parameters, and the relay puts them where the product takes them, be it a
// path, a header, JSON or a cursor. It counts, has an end, and sends nothing anywhere but to loopback.
import { once } from "node:events";
import { createServer } from "node:http";

/**
 * @typedef {object} Door
 * @property {string} name
 * @property {Record<string, string>} params what sqlmap changes, with a good value for each
 * @property {number} [answers] to those values: 200 unless it is said
 * @property {(params: Record<string, string>) => { path: string, method?: string, headers?: Record<string, string>, body?: string }} request
 *
 * @param {string} target
 * @param {Door[]} doors
 * @param {{ mostRequests: number }} limits for each of them
 */
export async function startRelay(target, doors, { mostRequests }) {
  const { protocol, hostname } = new URL(target);
  if (protocol !== "http:" || !["localhost", "127.0.0.1"].includes(hostname))
    throw new Error(`${target} is not loopback`);
  const counts = doors.map(() => 0);
  const statuses = doors.map(() => new Map());

  async function pass(incoming, outgoing) {
    const { pathname, searchParams } = new URL(incoming.url, "http://localhost");
    const index = Number(pathname.slice(1));
    if (++counts[index] > mostRequests) return outgoing.writeHead(429).end();
    try {
      const { path, method = "GET", headers = {}, body } = doors[index].request(Object.fromEntries(searchParams));
      const signal = AbortSignal.timeout(30_000);
      const answer = await fetch(target + path, { method, headers, body, redirect: "manual", signal });
      const text = await answer.text();
      const { status } = answer;
      statuses[index].set(status, (statuses[index].get(status) ?? 0) + 1);
      outgoing.writeHead(status, { "content-type": answer.headers.get("content-type") ?? "text/plain" }).end(text);
    } catch (error) {
      // What is no header or address for any client never reaches a server.
      outgoing
        .writeHead(400, { "content-type": "text/plain" })
        .end(error.name === "TimeoutError" ? "late" : "unsendable");
    }
  }
  const server = createServer((...both) => void pass(...both)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();

  return {
    /** Where sqlmap finds the door of that index. */
    urlOf: (index) => `http://127.0.0.1:${port}/${index}?${new URLSearchParams(doors[index].params)}`,
    requests: (index) => counts[index],
    isSpent: (index) => counts[index] > mostRequests,
    statuses: (index) => Object.fromEntries(statuses[index]),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

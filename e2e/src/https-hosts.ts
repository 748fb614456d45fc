import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { generate } from "selfsigned";

/** What answers for a host: a port of this machine, or the test itself. */
export type Host = { port: number } | { answer(request: IncomingMessage, response: ServerResponse): void };

/**
 * Serves hosts below `example.test` over https, all at one port, as a company does whose apps are siblings. A browser reaches them with
 * `browserArgs`: it finds them on this machine, and takes this one certificate, which is made anew each time.
 */
export async function serveOverHttps(hosts: Record<string, Host> = {}) {
  const domain = "example.test";
  const { cert, private: key } = await generate([{ name: "commonName", value: domain }], {
    keyType: "ec",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: `*.${domain}` }] }],
  });
  const hostOf = ({ headers }: IncomingMessage) => hosts[headers.host?.split(".", 1)[0] ?? ""];

  const server = createServer({ cert, key }, (incoming, response) => {
    const host = hostOf(incoming);
    if (!host) return void response.writeHead(404).end();
    if ("answer" in host) return host.answer(incoming, response);
    const { method, url, headers } = incoming;
    const passed = request({ host: "localhost", port: host.port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    incoming.pipe(passed);
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const host = hostOf(incoming);
    if (!host || "answer" in host) return void socket.destroy();
    const passed = connect(host.port, "localhost", () => {
      const raw = incoming.rawHeaders;
      const lines = raw.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${raw[index + 1]}`] : []));
      passed.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      passed.write(head);
      passed.pipe(socket).pipe(passed);
    });
    for (const end of [passed, socket]) end.on("error", () => [passed, socket].map((one) => one.destroy()));
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const publicKey = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });

  return {
    hosts,
    domain,
    url: (name: string, scheme = "https") => `${scheme}://${name}.${domain}:${port}`,
    browserArgs: [
      `--host-resolver-rules=MAP *.${domain} localhost`,
      `--ignore-certificate-errors-spki-list=${createHash("sha256").update(publicKey).digest("base64")}`,
    ],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

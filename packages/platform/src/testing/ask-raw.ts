import { connect } from "node:net";

export type RawReply = { status: number; headers: Record<string, string>; body: string };

/** What a server on this machine answers to bytes that need be no request, until it lets go of the connection. */
export async function askRaw({ host = "localhost", port }: { host?: string; port: number }, bytes: string) {
  const socket = connect({ host, port });
  socket.write(bytes);
  let text = "";
  for await (const chunk of socket) text += chunk;
  return readReply(text);
}

/** @throws when it is no whole answer of HTTP */
export function readReply(text: string): RawReply {
  const [head = "", body = ""] = text.split("\r\n\r\n", 2);
  const [first = "", ...lines] = head.split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  if (!status) throw new Error(`no answer of HTTP: ${JSON.stringify(text)}`);
  const headers = lines.map((line) => {
    const [name = "", ...value] = line.split(": ");
    return [name.toLowerCase(), value.join(": ")] as const;
  });
  return { status, headers: Object.fromEntries(headers), body };
}

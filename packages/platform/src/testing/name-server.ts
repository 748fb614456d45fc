import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { decode, encode } from "dns-packet";

/**
 * A name server on this machine, and the way to ask it. What it says, no cache keeps.
 *
 * @param answer the addresses (IPv4) of a name, at its nth question, from 1
 */
export async function startNameServer(answer: (name: string, nth: number) => string[]) {
  const asked: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (message, { port, address }) => {
    const { id, questions = [] } = decode(message);
    const answers = questions.flatMap(({ name, type }) => {
      if (type !== "A") return [];
      asked.push(name);
      const nth = asked.filter((other) => other === name).length;
      return answer(name, nth).map((data) => ({ name, type: "A" as const, ttl: 0, data }));
    });
    socket.send(encode({ type: "response", id, questions, answers }), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const resolver = new Resolver({ timeout: 5_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    /** Every name that was asked for, in order. */
    asked,
    resolve: (hostname: string) => resolver.resolve4(hostname),
    async stop() {
      socket.close();
      await once(socket, "close");
    },
  };
}

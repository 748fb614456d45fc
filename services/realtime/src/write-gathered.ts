import type { Duplex } from "node:stream";

/** Bytes that are gathered for one socket before they are handed to the system within a turn of the event loop. */
const chunkBytes = 64 * 1024;

const corked = new Set<Duplex>();

function uncorkAll(): void {
  for (const socket of corked) socket.uncork();
  corked.clear();
}

/**
 * Writes the bytes to the socket, together with whatever else is written to it in this turn of the event loop: a burst of events is
 * one system call a socket rather than one an event.
 */
export function writeGathered(socket: Duplex, bytes: Buffer): void {
  if (!corked.has(socket)) {
    if (corked.size === 0) process.nextTick(uncorkAll);
    socket.cork();
    corked.add(socket);
  }
  socket.write(bytes);
  if (socket.writableLength > chunkBytes) {
    corked.delete(socket);
    socket.uncork();
  }
}

import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip } from "node:zlib";
import { FetchError } from "./fetch-error.ts";

/** What we can unpack, as a request says it. */
export const acceptedEncodings = "gzip, br";

/**
 * The whole of a body, unpacked.
 *
 * @param maxBytes holds for what comes and for what it unpacks to
 * @throws FetchError `too_large` as soon as it is, `unreadable`; the signal's reason
 */
export async function readBody(
  body: Readable,
  { encoding, maxBytes, signal }: { encoding: string; maxBytes: number; signal: AbortSignal },
): Promise<Buffer> {
  const parts: Buffer[] = [];
  const keep = async (source: AsyncIterable<Buffer>) => {
    for await (const part of source) parts.push(part);
  };
  let unpack: ReturnType<typeof unpackerOf>;
  try {
    unpack = unpackerOf(encoding);
    if (unpack) await pipeline(body, upTo(maxBytes), unpack, upTo(maxBytes), keep, { signal });
    else await pipeline(body, upTo(maxBytes), keep, { signal });
  } catch (cause) {
    body.on("error", () => {}).destroy();
    // An answer without a body, "it has not changed" for one, may say as well what it would be packed in.
    if (unpack?.bytesWritten === 0 && codeOf(cause) === "Z_BUF_ERROR") return Buffer.alloc(0);
    throw isDamage(cause) ? new FetchError("unreadable", { cause }) : cause;
  }
  return Buffer.concat(parts);
}

/** How zlib says that something is not packed as it ought to be. */
const isDamage = (error: unknown) => /^(?:Z_|ERR__ERROR_)/.test(codeOf(error));
const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? "";

function unpackerOf(encoding: string) {
  switch (encoding.trim().toLowerCase()) {
    case "":
    case "identity":
      return undefined;
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "br":
      return createBrotliDecompress();
    default:
      throw new FetchError("unreadable");
  }
}

/** Lets a stream through as it comes. @throws FetchError `too_large`, in the stream, as soon as it is */
export function upToBytes(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let size = 0;
  return new TransformStream({
    transform(part, controller) {
      size += part.length;
      if (size > maxBytes) controller.error(new FetchError("too_large"));
      else controller.enqueue(part);
    },
  });
}

function upTo(maxBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      size += part.length;
      if (size > maxBytes) done(new FetchError("too_large"));
      else done(null, part);
    },
  });
}

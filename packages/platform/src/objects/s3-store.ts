import { ReadableStream } from "node:stream/web";
import { S3mini } from "s3mini";
import type { ObjectStore } from "./object-store.ts";

export type S3Options = {
  /** The endpoint with the bucket as its path. */
  url: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** How long one request may take, its bytes included. */
  timeoutMs?: number;
};

/** Longer than a request that brings a file may take: its bytes go through as they come. */
export const longestRequestMs = 330_000;

/** Keeps objects in a bucket of any service that speaks S3's protocol. */
export function createS3Store({ url, timeoutMs = longestRequestMs, ...credentials }: S3Options): ObjectStore {
  const bucket = new S3mini({
    ...credentials,
    endpoint: url,
    requestAbortTimeout: timeoutMs,
    // What is streamed is sent before the answer is there.
    fetch: (input, init) =>
      fetch(input, {
        ...init,
        ...(init?.body instanceof ReadableStream && { duplex: "half" }),
        signal: init?.signal ?? AbortSignal.timeout(timeoutMs),
      }),
  });

  return {
    async put(key, bytes, sizeBytes) {
      // An empty stream would go without its length.
      const body = sizeBytes === 0 ? "" : (ReadableStream.from(bytes) as globalThis.ReadableStream);
      await bucket.putObject(key, body, "application/octet-stream", undefined, undefined, sizeBytes);
    },

    async get(key) {
      const response = await bucket.getObjectResponse(key);
      if (!response) return undefined;
      return response.body ?? new Blob([]).stream();
    },

    async delete(key) {
      await bucket.deleteObject(key);
    },

    async deleteAll(prefix) {
      for (;;) {
        const page = await bucket.listObjects("/", `${prefix}/`, 1_000);
        if (!page || page.length === 0) return;
        // One by one: not every service knows how to delete many.
        for (const { Key } of page) await bucket.deleteObject(Key);
      }
    },
  };
}

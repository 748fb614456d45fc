import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const bucket = "parley-test";
const region = "eu-test-1";
const accessKeyId = "AKTEST";
const secretAccessKey = "a secret key of tests alone";
/** As few as it takes for a list to have more than one page. */
const pageSize = 2;

/**
 * A server on loopback that speaks S3's protocol: objects of one bucket, put, got, listed and deleted by requests whose signature
 * (AWS Signature Version 4) fits. As S3, it refuses an object that does not say how long it is.
 */
export async function startS3Server() {
  const objects = new Map<string, Buffer>();
  /** Methods, keys and statuses, in order. */
  const asked: string[] = [];
  let failing = false;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const send = (status: number, body: Buffer | string = "", type = "application/xml") => {
      asked.push(`${request.method} ${url.pathname} ${status}`);
      response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) }).end(body);
    };
    const refuse = (status: number, code: string) => send(status, `<Error><Code>${code}</Code></Error>`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (failing) return refuse(503, "SlowDown");
    if (!isSigned(request, url)) return refuse(403, "SignatureDoesNotMatch");
    const [, inBucket, ...rest] = url.pathname.split("/");
    if (inBucket !== bucket) return refuse(404, "NoSuchBucket");
    const key = decodeURIComponent(rest.join("/"));

    switch (request.method) {
      case "PUT": {
        if (request.headers["content-length"] === undefined) return refuse(411, "MissingContentLength");
        objects.set(key, body);
        return send(200);
      }
      case "DELETE":
        objects.delete(key);
        return send(204);
      case "GET": {
        if (url.searchParams.get("list-type") === "2") return send(200, list(url.searchParams));
        const object = objects.get(key);
        return object ? send(200, object, "application/octet-stream") : refuse(404, "NoSuchKey");
      }
      default:
        return refuse(405, "MethodNotAllowed");
    }
  }

  function list(asked: URLSearchParams): string {
    const after = asked.get("continuation-token") ?? "";
    const keys = [...objects.keys()].sort().filter((key) => key.startsWith(asked.get("prefix") ?? "") && key > after);
    const page = keys.slice(0, pageSize);
    const entries = page.map((key) => `<Contents><Key>${key}</Key><Size>${objects.get(key)?.length}</Size></Contents>`);
    const more = keys.length > pageSize;
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${entries.join("")}${
      more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ""
    }</ListBucketResult>`;
  }

  const server = createServer((...both) => void answer(...both).catch(() => {})) // of a request that broke off
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    options: {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${bucket}`,
      region,
      accessKeyId,
      secretAccessKey,
    },
    objects,
    asked,
    /** It answers that it is too busy from now on, or no more. */
    fail(isFailing: boolean) {
      failing = isFailing;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

function isSigned({ method, headers, headersDistinct }: IncomingMessage, url: URL): boolean {
  const { authorization = "", "x-amz-date": date, "x-amz-content-sha256": payload } = headers;
  const [, day, signed = "", signature = ""] =
    new RegExp(
      `^AWS4-HMAC-SHA256 Credential=${accessKeyId}/(\\d{8})/${region}/s3/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$`,
    ).exec(authorization) ?? [];
  if (!day || typeof date !== "string" || !date.startsWith(day)) return false;
  const inQuery = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  const query = [...url.searchParams]
    .map(([name, value]) => `${inQuery(name)}=${inQuery(value)}`)
    .sort()
    .join("&");
  const names = signed.split(";");
  if (!["host", "x-amz-date", "x-amz-content-sha256"].every((name) => names.includes(name))) return false;
  const values = names.map((name) => `${name}:${(headersDistinct[name] ?? []).join(",").trim()}\n`).join("");
  const canonical = [method, url.pathname, query, values, signed, payload].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = [region, "s3", "aws4_request"].reduce(hmac, hmac(`AWS4${secretAccessKey}`, day));
  const expected = hmac(key, ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n"));
  return timingSafeEqual(expected, Buffer.from(signature, "hex"));
}

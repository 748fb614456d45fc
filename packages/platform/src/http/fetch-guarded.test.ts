import type { RequestListener } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { startHttpListener } from "../testing/http-listener.ts";
import { createGuardedFetch } from "./fetch-guarded.ts";

const limits = { maxBytes: 10_000, timeoutMs: 10_000 };

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A site that the configuration names, and how it is fetched from. */
async function siteThat(answer: RequestListener, allowed = (port: number) => `127.0.0.1:${port}`) {
  const site = await startHttpListener({ answer });
  const guarded = createGuardedFetch({
    allowedHosts: [allowed(site.port)],
    contact: "https://parley.example.com",
    resolve: async () => ["127.0.0.1"],
  });
  cleanUps.push(guarded.close, site.stop);
  return { ...site, ...guarded, url: `http://127.0.0.1:${site.port}/` };
}

test("what is fetched comes with its status, its type and where it was found, and the request says who we are", async () => {
  let agent: string | undefined;
  const site = await siteThat((request, response) => {
    agent = request.headers["user-agent"];
    if (request.url === "/") return response.writeHead(301, { location: "/here?a=1" }).end("moved");
    response.writeHead(404, { "content-type": "Text/HTML; charset=utf-8" }).end("not here");
  });
  const fetched = await site.get(site.url, limits);
  expect(fetched).toMatchObject({ status: 404, mediaType: "text/html" });
  expect(fetched.url.href).toBe(`${site.url}here?a=1`);
  expect(fetched.bytes.toString()).toBe("not here");
  expect(agent).toBe("ParleyBot/1.0 (+https://parley.example.com)");
});

test("what a server calls a version at more length than is kept is left out", async () => {
  const headers = { etag: `"${"a".repeat(500)}"`, "last-modified": `${"a".repeat(101)}` };
  const site = await siteThat((_request, response) => response.writeHead(200, headers).end("words"));
  expect((await site.get(site.url, limits)).validators).toEqual({});
});

test("a redirect to an address with letters of its own leads to where a browser would go", async () => {
  const locations = [Buffer.from("/größe").toString("latin1"), "/gr\u00f6\u00dfe", "/gr%C3%B6%C3%9Fe"];
  const site = await siteThat((request, response) => {
    const location = locations[Number(request.url?.slice(1))];
    if (location) response.writeHead(302, { location });
    response.end();
  });
  for (const index of locations.keys()) {
    expect((await site.get(site.url + index, limits)).url.pathname).toBe("/gr%C3%B6%C3%9Fe");
  }
});

test("a page that is still the version that is known is not sent again", async () => {
  const site = await siteThat((request, response) => {
    const { "if-none-match": etag, "if-modified-since": since } = request.headers;
    const isKnown = etag === '"1"' && since === "Wed, 25 Nov 2026 10:00:00 GMT";
    response.writeHead(isKnown ? 304 : 200, { etag: '"1"', "last-modified": "Wed, 25 Nov 2026 10:00:00 GMT" });
    response.end(isKnown ? undefined : "words");
  });
  const { validators, bytes } = await site.get(site.url, limits);
  expect(bytes.toString()).toBe("words");
  expect(await site.get(site.url, { ...limits, validators })).toMatchObject({ status: 304, bytes: Buffer.alloc(0) });
});

test.each([
  ["gzip", gzipSync],
  ["br", brotliCompressSync],
] as const)("%s is unpacked, and a bomb of it is refused at the limit", async (encoding, pack) => {
  // Packed before anything is asked for: that takes its time.
  const [page, bomb] = [10_000, 20_000_000].map((length) => pack(Buffer.alloc(length, "a")));
  const site = await siteThat((request, response) => {
    response.writeHead(200, { "content-encoding": encoding });
    response.end(request.url === "/bomb" ? bomb : page);
  });
  expect((await site.get(site.url, limits)).bytes.length).toBe(10_000);
  await expect(site.get(`${site.url}bomb`, limits)).rejects.toMatchObject({ code: "too_large" });
});

test("a page that never ends is given up at the limit, packed or not, also when it unpacks to nothing", async () => {
  // A stored block of gzip that holds nothing: as many of them as one likes are an empty file.
  const head = gzipSync("").subarray(0, 10);
  const nothing = Buffer.from([0, 0, 0, 0xff, 0xff]);
  const site = await siteThat((request, response) => {
    const isPacked = request.url === "/packed";
    if (isPacked) response.writeHead(200, { "content-encoding": "gzip" }).write(head);
    const part = isPacked ? Buffer.concat(Array<Buffer>(100).fill(nothing)) : Buffer.alloc(500, "a");
    const more = () => {
      if (!response.destroyed) response.write(part, () => setImmediate(more));
    };
    more();
  });
  await expect(site.get(site.url, limits)).rejects.toMatchObject({ code: "too_large" });
  await expect(site.get(`${site.url}packed`, limits)).rejects.toMatchObject({ code: "too_large" });
});

test("a server that takes its time is given up, and whoever has no use for the page any more can say so", async () => {
  const site = await siteThat((request, response) => {
    if (request.url === "/begins") response.write("a");
  });
  for (const path of ["", "begins"]) {
    await expect(site.get(site.url + path, { ...limits, timeoutMs: 50 })).rejects.toMatchObject({ code: "too_slow" });
  }
  const controller = new AbortController();
  const fetching = site.get(`${site.url}begins`, { ...limits, signal: controller.signal });
  controller.abort(new Error("no use"));
  await expect(fetching).rejects.toThrow("no use");
});

test.each(["gzip", "br"])("an answer without a body is whole, whatever it would be packed in: %s", async (encoding) => {
  const site = await siteThat((request, response) =>
    response.writeHead(request.url === "/" ? 304 : 404, { "content-encoding": encoding }).end(),
  );
  expect(await site.get(site.url, limits)).toMatchObject({ status: 304, bytes: Buffer.alloc(0) });
  expect(await site.get(`${site.url}robots.txt`, limits)).toMatchObject({ status: 404, bytes: Buffer.alloc(0) });
});

test("what can't be unpacked is told apart from a server that does not answer", async () => {
  const site = await siteThat((request, response) => {
    if (request.url === "/half") {
      return response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("words").subarray(0, 12));
    }
    response.writeHead(200, { "content-encoding": request.url === "/unknown" ? "zstd" : request.url?.slice(1) });
    response.end("plain words, and enough of them");
  });
  for (const path of ["gzip", "br", "unknown", "half"]) {
    await expect(site.get(site.url + path, limits)).rejects.toMatchObject({ code: "unreadable" });
  }
  await site.stop();
  cleanUps.pop();
  await expect(site.get(site.url, limits)).rejects.toMatchObject({ code: "unreachable" });
});

test("a name that nobody has is a server that does not answer", async () => {
  const guarded = createGuardedFetch({
    allowedHosts: [],
    contact: "http://localhost",
    resolve: async () => [],
  });
  await expect(guarded.get("http://nobody.example.com/", limits)).rejects.toMatchObject({ code: "unreachable" });
  await guarded.close();
});

test.each([
  ["its address", (port: number) => `127.0.0.1:${port}`, "127.0.0.1"],
  ["its network", (port: number) => `127.0.0.0/8:${port}`, "127.0.0.1"],
  ["its name", (port: number) => `wiki.example.com:${port}`, "wiki.example.com"],
  ["its address, by a name", (port: number) => `127.0.0.1:${port}`, "wiki.example.com"],
])("an inner host is fetched from once the configuration names %s", async (_what, allowed, hostname) => {
  const site = await siteThat((_request, response) => response.end("inner"), allowed);
  const { bytes } = await site.get(`http://${hostname}:${site.port}/`, limits);
  expect(bytes.toString()).toBe("inner");
});

test("a call sends its body and its headers, and what comes back is read while it comes", async () => {
  let received = "";
  const site = await siteThat((request, response) => {
    request.setEncoding("utf8").on("data", (part: string) => {
      received += part;
    });
    request.on("end", () => {
      response.writeHead(201, { "content-type": "text/event-stream", "x-key": request.headers["x-key"] });
      response.write("one");
    });
  });
  const init = { method: "POST", body: '{"a":1}', headers: { "x-key": "k", "user-agent": "somebody" } };
  const response = await site.fetch(site.url, init);
  expect([response.status, response.headers.get("x-key"), received]).toEqual([201, "k", '{"a":1}']);
  const reader = response.body?.getReader();
  // The server has not ended its answer, and never will.
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("one");
  await reader?.cancel();
});

test("a call ends when its signal says so, and what it reads when that is too much", async () => {
  const site = await siteThat((request, response) => {
    if (request.url === "/silent") return;
    const part = Buffer.alloc(1_000_000, "a");
    const send = () => void (!response.destroyed && response.write(part, () => setImmediate(send)));
    send();
  });
  const stop = new AbortController();
  const waiting = site.fetch(`${site.url}silent`, { signal: stop.signal });
  await expect.poll(() => site.hits).toEqual(["/silent"]);
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");

  const endless = await site.fetch(`${site.url}endless`);
  await expect(endless.text()).rejects.toMatchObject({ code: "too_large" });
});

test("many calls of one host are under way side by side", async () => {
  const held: (() => void)[] = [];
  const site = await siteThat((_request, response) => void held.push(() => response.end("done")));
  const calls = Array.from({ length: 20 }, () => site.fetch(site.url));
  await expect.poll(() => held.length).toBe(20);
  for (const release of held) release();
  for (const call of calls) expect(await (await call).text()).toBe("done");
});

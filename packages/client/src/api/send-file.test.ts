import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sendFile } from "./send-file.ts";

let hosts = 0;
let apiUrl: string;
let tokens: string[];
let sent: FakeRequest[];

/** As far as it is used here; the test answers. */
class FakeRequest {
  headers: Record<string, string> = {};
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  withCredentials = false;
  timeout = 0;
  status = 0;
  responseText = "";
  body: unknown;
  retryAfter: string | null = null;
  onload?: () => void;
  onerror?: () => void;
  ontimeout?: () => void;
  onabort?: () => void;
  onloadend?: () => void;
  place = "";

  open(method: string, url: string) {
    this.place = `${method} ${url}`;
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  getResponseHeader(name: string) {
    return name === "retry-after" ? this.retryAfter : null;
  }
  send(body: unknown) {
    this.body = body;
    sent.push(this);
  }
  abort() {
    this.onabort?.();
    this.onloadend?.();
  }
  answer(status: number, body: unknown) {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload?.();
    this.onloadend?.();
  }
}

beforeEach(() => {
  apiUrl = `https://files-${hosts++}.example.com`;
  tokens = ["t1", "t2"];
  sent = [];
  vi.stubGlobal("XMLHttpRequest", FakeRequest);
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => Response.json({ token: tokens.shift() })),
  );
});
afterEach(() => void vi.unstubAllGlobals());

const file = new Blob(["# Lamps"]);
const begin = async (more: Partial<Parameters<typeof sendFile>[2]> = {}) => {
  const answer = sendFile(apiUrl, "/api/knowledge/uploads?path=lamps.md", { file, timeoutMs: 1_000, ...more });
  answer.catch(() => {}); // looked at below
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  return { answer, request: sent[0] as FakeRequest };
};

test("a file's bytes go with the cookie and a token, and say how far they are", async () => {
  const shares: number[] = [];
  const { answer, request } = await begin({
    headers: { "parley-tenant": "a" },
    onProgress: (share) => shares.push(share),
  });
  expect(request).toMatchObject({
    place: `POST ${apiUrl}/api/knowledge/uploads?path=lamps.md`,
    headers: { "parley-tenant": "a", "content-type": "application/octet-stream", "x-csrf-token": "t1" },
    withCredentials: true,
    timeout: 1_000,
    body: file,
  });
  request.upload.onprogress?.({ loaded: 2, total: 8 });
  request.upload.onprogress?.({ loaded: 8, total: 8 });
  request.answer(200, { outcome: "queued" });
  expect(await (await answer).json()).toEqual({ outcome: "queued" });
  expect(shares).toEqual([0.25, 1]);
});

test("a token that is refused is renewed, and the file sent once more", async () => {
  const { answer, request } = await begin();
  request.answer(403, { error: { code: "csrf.invalid" } });
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[1]?.headers["x-csrf-token"]).toBe("t2");
  sent[1]?.answer(200, {});
  expect((await answer).status).toBe(200);
});

test("a refusal is the caller's to read, with when to come back", async () => {
  const { answer, request } = await begin();
  request.retryAfter = "30";
  request.answer(429, { error: { code: "rate.exceeded" } });
  const response = await answer;
  expect([response.status, response.headers.get("retry-after")]).toEqual([429, "30"]);
});

test("whoever gives up stops the sending; one who gave up before sends nothing", async () => {
  const giveUp = new AbortController();
  const { answer, request } = await begin({ signal: giveUp.signal });
  const aborted = vi.spyOn(request, "abort");
  giveUp.abort(new Error("not wanted"));
  await expect(answer).rejects.toThrow("not wanted");
  expect(aborted).toHaveBeenCalledOnce();
  await expect(sendFile(apiUrl, "/a", { file, timeoutMs: 1, signal: giveUp.signal })).rejects.toThrow("not wanted");
  expect(sent).toHaveLength(1);
});

test.each(["onerror", "ontimeout"] as const)("without an answer (%s) it rejects", async (event) => {
  const { answer, request } = await begin();
  request[event]?.();
  await expect(answer).rejects.toThrow(TypeError);
});

import { expect, test } from "vitest";
import { Failure } from "../../commands.mjs";
import { cantBeHad } from "./install.mjs";
import { exitCode } from "./results.mjs";

const failed = (output: string, message = "`python3 -m pip install` failed (exit code 1).") =>
  new Failure(message, { output });

test.each([
  ["no program", failed("", "`go build` could not be started: spawn go ENOENT")],
  ["nothing that answers in time", failed("", "`go build` took longer than 300 s.")],
  ["Python without pip", failed("/usr/bin/python3: No module named pip")],
  ["a Go that is too old", failed("go: go.mod requires go >= 1.24.0 (running go 1.22.2; GOTOOLCHAIN=local)")],
  [
    "a Go that can't even read its version",
    failed("go: errors parsing go.mod:\ngo.mod:3: invalid go version '1.24.0': must match format 1.23"),
  ],
  ["a pip that is too old", failed("Usage: python3 -m pip install [options]\n\nno such option: --root-user-action")],
  ["nobody who finishes the handshake", failed('Get "https://example.invalid/x.zip": net/http: TLS handshake timeout')],
  ["a proxy that lets Go have nothing", failed("reading https://example.invalid/x.mod: 403 Forbidden")],
  ["a proxy that reaches nothing for Go", failed("reading https://example.invalid/x.mod: 502 Bad Gateway")],
  ["a proxy that lets pip have nothing", failed("ERROR: HTTP error 403 while getting https://example.invalid/x.whl")],
  [
    "a proxy that reaches nothing for pip",
    failed("502 Server Error: Bad Gateway for url: https://example.invalid/x.whl"),
  ],
  ["no name in the network", failed("dial tcp: lookup example.invalid: no such host")],
  ["nobody who answers", failed("NewConnectionError: [Errno 111] Connection refused")],
])("a tool can't be had with %s", (_, failure) => {
  expect(cantBeHad(failure)).toBe(true);
});

test.each([
  ["pip", "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."],
  [
    "pip, that had to ask twice",
    "Connection reset by peer\nERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
  ],
  ["Go", "verifying module: checksum mismatch\n\nSECURITY ERROR"],
  ["a build that breaks", "main.go:3:2: undefined: x"],
])("what comes and is not what is pinned is a failure: %s", (_, output) => {
  expect(cantBeHad(failed(output))).toBe(false);
});

test("where nothing could be tried, nothing has passed", () => {
  const of = (...results: ("passed" | "failed" | "pending")[]) => exitCode(results.map((result) => ({ result })));
  expect([of("passed", "pending"), of("passed", "failed"), of("pending"), of()]).toEqual([0, 1, 1, 1]);
});

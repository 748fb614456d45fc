import { expect, test } from "vitest";
import { secondsToHold, UploadRefused } from "./upload-failure.ts";

test.each([
  ["document.queue_full", null, 5],
  ["rate.exceeded", 42, 42],
  ["service.busy", null, 2],
  ["document.empty", null, undefined],
  ["unreachable", null, undefined],
] as const)("a file that is refused with %s goes on after its time", (code, said, seconds) => {
  expect(secondsToHold(new UploadRefused(code, said))).toBe(seconds);
});

import { expect, test } from "vitest";
import { parseHeaders } from "./parse-headers.ts";

test("a header a line, with a value or with the one that it has", () => {
  expect(parseHeaders(" Authorization: Bearer a:b \n\nX-Key\n")).toEqual([
    { name: "Authorization", value: "Bearer a:b" },
    { name: "X-Key" },
  ]);
  expect(parseHeaders("")).toEqual([]);
});

import type { AppRouter } from "@parley/core/router";
import { TRPCClientError } from "@trpc/client";
import { afterEach, expect, test, vi } from "vitest";
import { describeSchemaFault, findJsonFault } from "./json-fault.ts";

afterEach(() => void vi.restoreAllMocks());

test("what is no JSON is told with its line and column", () => {
  expect(findJsonFault('{ "type": "object" }')).toBeUndefined();
  expect(findJsonFault('{\n  "type": "object"\n  "required": []\n}')).toBe(
    "This is no JSON: Expected ',' or '}' after property value (line 3, column 3).",
  );
  expect(findJsonFault("{")).toMatch(/^This is no JSON: .*\(line 1, column 2\)\.$/);
  expect(findJsonFault('{"a": nul}')).toMatch(/^This is no JSON: Unexpected token .*nul/);
});

test.each([
  ["JSON.parse: expected ',' or '}' after property value in object at line 3 column 3 of the JSON data"],
  ["JSON Parse error: expected ',' or '}' after property value in object at line 3 column 3 of the JSON data"],
])("in other browsers' words, too, without their own names: %s", (message) => {
  vi.spyOn(JSON, "parse").mockImplementation(() => {
    throw new SyntaxError(message);
  });
  expect(findJsonFault("{")).toBe(
    "This is no JSON: expected ',' or '}' after property value in object at line 3 column 3 of the JSON data.",
  );
});

const refused = (appCode: "tool.schema_invalid" | "tool.name_taken", issues?: { path: string; message: string }[]) => {
  const data = { code: "BAD_REQUEST", httpStatus: 422, appCode, requestId: "r", ...(issues && { issues }) } as const;
  return TRPCClientError.from<AppRouter>({ error: { code: -32_600, message: appCode, data } });
};

test("what the server says of a schema is told with its place; what it says of something else is not", () => {
  expect(
    describeSchemaFault(refused("tool.schema_invalid", [{ path: "properties.a.pattern", message: "not taken here" }])),
  ).toBe("At properties.a.pattern: not taken here.");
  expect(describeSchemaFault(refused("tool.schema_invalid", [{ path: "", message: "more than 500 parts" }]))).toBe(
    "In this schema: more than 500 parts.",
  );
  expect(describeSchemaFault(refused("tool.schema_invalid"))).toBeUndefined();
  expect(describeSchemaFault(refused("tool.name_taken"))).toBeUndefined();
  expect(describeSchemaFault(new Error("no"))).toBeUndefined();
});

import { expect, test } from "vitest";
import { AppError } from "../../app-error.ts";
import { readToolSchema } from "./tool-schema.ts";

/** What is said of a schema with this property. */
function issueOf(order: unknown, more: object = {}) {
  try {
    readToolSchema(JSON.stringify({ type: "object", properties: { order }, ...more }));
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return (error as AppError).issues;
  }
  return undefined;
}

test.each<[string, unknown, string, string]>([
  ["a type that there isn't", { type: "strin" }, "properties.order.type", "string"],
  ["a pattern", { type: "string", pattern: "^(a+)+$" }, "properties.order.pattern", "not taken here"],
  ["a word that there isn't", { type: "string", lenght: 3 }, "properties.order.lenght", "no word of JSON Schema"],
  ["a pattern in a list", { anyOf: [{ pattern: "x" }] }, "properties.order.anyOf.0.pattern", "not taken here"],
  ["a length that is none", { type: "string", maxLength: "3" }, "properties.order.maxLength", "integer"],
  ["a name with a slash", { type: "object", properties: { "a/b": 3 } }, "properties.order.properties.a/b", "object"],
])("%s is named with its place and what is wrong", (_, order, path, message) => {
  expect(issueOf(order)).toEqual([{ path, message: expect.stringContaining(message) }]);
});

test("what is no schema of an object says so, and where the whole is wrong no place is named", () => {
  expect(issueOf({ type: "string" }, { type: "array" })).toEqual([{ path: "type", message: 'it has to be "object"' }]);
  expect(issueOf({ enum: Array.from({ length: 600 }, (_, index) => index) })).toEqual([
    { path: "", message: "more than 500 parts" },
  ]);
});

test("what Ajv takes is taken", () => {
  const order = {
    ...{ title: "Order", description: "Its number", type: "string", minLength: 1, example: "A1", examples: ["A1"] },
    ...{ $comment: "ours", default: "A1", nullable: true, deprecated: false, readOnly: false },
  };
  const more = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "order",
    $defs: { a: { const: { b: 1 } } },
  };
  expect(issueOf(order, { ...more, required: ["order"], allOf: [{ minProperties: 1 }] })).toBeUndefined();
});

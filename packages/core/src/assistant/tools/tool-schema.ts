import { Ajv, type AnySchemaObject, type ValidateFunction } from "ajv";
import { AppError } from "../../app-error.ts";

/** They may take for ever, or lead elsewhere: a tenant's schema runs in a process that it shares. */
const refusedWords = ["pattern", "patternProperties", "format", "$ref", "$dynamicRef", "$async"];
/** Of these, what stands below is named by the tenant; of the others, it is no schema. */
const namesBelow = ["properties", "$defs", "definitions", "dependentSchemas"];
const valuesBelow = ["const", "enum", "default", "example", "examples"];
const deepest = 12;
const mostNodes = 500;

export type ToolSchema = { schema: AnySchemaObject; check: ValidateFunction };

/** What models are told of the arguments: a schema that was read when it was saved. Compiling it takes milliseconds, which only a call is worth. */
export function parseToolSchema(text: string): AnySchemaObject {
  const schema: unknown = JSON.parse(text);
  if (!isObjectSchema(schema)) throw new Error("not a schema of an object");
  return { additionalProperties: false, ...schema };
}

/**
 * Reads the JSON Schema of a tool's arguments.
 *
 * @throws AppError `tool.schema_invalid` when it is none, is not one of an object, or holds what may take for ever to check
 */
export function readToolSchema(text: string): ToolSchema {
  try {
    const schema = parseToolSchema(text);
    let nodes = 0;
    const look = (value: unknown, depth: number, below: "schema" | "names" | "values"): void => {
      if (depth > deepest || ++nodes > mostNodes) throw new Error("too large");
      if (typeof value !== "object" || value === null) return;
      for (const [name, inner] of Object.entries(value)) {
        if (below === "schema" && refusedWords.includes(name)) throw new Error(`${name} is not taken`);
        look(inner, depth + 1, whatIsBelow(below, name));
      }
    };
    look(schema, 0, "schema");
    // Which draft it is of is left out: what it may hold means the same in each.
    const { $schema: _, ...checked } = schema;
    const ajv = new Ajv({ strict: true, allErrors: false }).addVocabulary(["example"]);
    return { schema, check: ajv.compile(checked) };
  } catch (error) {
    throw new AppError("tool.schema_invalid", { detail: (error as Error).message });
  }
}

function whatIsBelow(here: "schema" | "names" | "values", name: string): typeof here {
  if (here !== "schema") return here === "names" ? "schema" : "values";
  return namesBelow.includes(name) ? "names" : valuesBelow.includes(name) ? "values" : "schema";
}

const isObjectSchema = (value: unknown): value is AnySchemaObject =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  (value as AnySchemaObject)["type"] === "object";

import { Ajv, type AnySchemaObject, type ValidateFunction } from "ajv";
import { AppError } from "../../app-error.ts";

/** They may take for ever, or lead elsewhere: a tenant's schema runs in a process that it shares. */
const refusedWords = ["pattern", "patternProperties", "format", "$ref", "$dynamicRef", "$async"];
const deepest = 12;
const mostNodes = 500;

export type ToolSchema = { schema: AnySchemaObject; check: ValidateFunction };

/**
 * Reads the JSON Schema of a tool's arguments.
 *
 * @throws AppError `tool.schema_invalid` when it is none, is not one of an object, or holds what may take for ever to check
 */
export function readToolSchema(text: string): ToolSchema {
  try {
    const schema: unknown = JSON.parse(text);
    if (!isObjectSchema(schema)) throw new Error("not a schema of an object");
    let nodes = 0;
    const look = (value: unknown, depth: number): void => {
      if (depth > deepest || ++nodes > mostNodes) throw new Error("too large");
      if (typeof value !== "object" || value === null) return;
      for (const [name, inner] of Object.entries(value)) {
        if (refusedWords.includes(name)) throw new Error(`${name} is not taken`);
        look(inner, depth + 1);
      }
    };
    look(schema, 0);
    const closed = { additionalProperties: false, ...schema };
    return { schema: closed, check: new Ajv({ strict: true, allErrors: false }).compile(closed) };
  } catch (error) {
    throw new AppError("tool.schema_invalid", { detail: (error as Error).message });
  }
}

const isObjectSchema = (value: unknown): value is AnySchemaObject =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  (value as AnySchemaObject)["type"] === "object";

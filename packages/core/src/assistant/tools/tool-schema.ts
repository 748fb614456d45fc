import { Ajv, type AnySchemaObject, type ErrorObject, type ValidateFunction } from "ajv";
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
  if (!isObjectSchema(schema)) throw new Fault(["type"], 'it has to be "object"');
  return { additionalProperties: false, ...schema };
}

/** What is wrong with a schema, and where. */
class Fault extends Error {
  readonly path: readonly string[];

  constructor(path: readonly string[], message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * Reads the JSON Schema of a tool's arguments.
 *
 * @throws AppError `tool.schema_invalid` when it is none, is not one of an object, or holds what may take for ever to check; its issue says
 *   what is wrong, and where
 */
export function readToolSchema(text: string): ToolSchema {
  try {
    const schema = parseToolSchema(text);
    const ajv = new Ajv({ strict: true, allErrors: false }).addVocabulary(["example"]);
    let nodes = 0;
    const look = (value: unknown, path: readonly string[], below: "schema" | "names" | "values"): void => {
      if (path.length > deepest) throw new Fault(path, `more than ${deepest} levels deep`);
      if (++nodes > mostNodes) throw new Fault([], `more than ${mostNodes} parts`);
      if (typeof value !== "object" || value === null) return;
      for (const [name, inner] of Object.entries(value)) {
        const at = [...path, name];
        if (below === "schema" && !Array.isArray(value)) {
          if (refusedWords.includes(name)) throw new Fault(at, "not taken here");
          if (!ajv.RULES.keywords[name]) throw new Fault(at, "no word of JSON Schema");
        }
        look(inner, at, whatIsBelow(below, name));
      }
    };
    // Which draft it is of is left out: what it may hold means the same in each.
    const { $schema: _, ...checked } = schema;
    look(checked, [], "schema");
    if (!ajv.validateSchema(checked)) throw faultOf(ajv.errors?.[0]);
    return { schema, check: ajv.compile(checked) };
  } catch (error) {
    const { message, path = [] } = error as Error & Partial<Fault>;
    throw new AppError("tool.schema_invalid", { detail: message, issues: [{ path: path.join("."), message }] });
  }
}

/** As Ajv tells it: of a word that may be one of several, with those. */
function faultOf(error: ErrorObject | undefined): Fault {
  const { instancePath = "", message = "no JSON Schema", params = {} } = error ?? {};
  const path = instancePath.split("/").slice(1);
  const { allowedValues } = params as { allowedValues?: unknown };
  const allowed = Array.isArray(allowedValues) ? `: ${allowedValues.join(", ")}` : "";
  return new Fault(
    path.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~")),
    `${message}${allowed}`,
  );
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

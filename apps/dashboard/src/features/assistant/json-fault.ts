import { isApiError } from "../../trpc.ts";

/** Why the text is no JSON, and where, as far as the browser tells; undefined when it is. */
export function findJsonFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    // Browsers name themselves or their function first, and some count signs from the start, where others tell line and column.
    const reason = (error as Error).message
      .replace(/^JSON(\.parse| Parse error): /, "")
      .replace(
        / in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/,
        (_, at) => ` (${placeOf(text, Number(at))})`,
      );
    return `This is no JSON: ${reason}.`;
  }
}

/** What the server found wrong in a schema, and where; undefined when it said something else. */
export function describeSchemaFault(error: unknown): string | undefined {
  if (!isApiError(error) || error.data?.appCode !== "tool.schema_invalid") return undefined;
  const [issue] = error.data.issues ?? [];
  if (!issue) return undefined;
  return issue.path === "" ? `In this schema: ${issue.message}.` : `At ${issue.path}: ${issue.message}.`;
}

function placeOf(text: string, at: number): string {
  const lines = text.slice(0, at).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}

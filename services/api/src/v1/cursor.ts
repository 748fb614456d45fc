import { ZodError, type ZodType } from "zod";

/** A place in a list, in a form that says nothing to whoever passes it on. */
export function encodeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** @throws ZodError, as the query's own, when it is not what `encodeCursor` made */
export function decodeCursor<T>(place: ZodType<T>, cursor: string | undefined): T | undefined {
  if (cursor === undefined) return undefined;
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw new ZodError([{ code: "custom", path: ["cursor"], message: "is not a `nextCursor`", input: undefined }]);
  }
}

import { createHash } from "node:crypto";

/** Of the text in UTF-8, in hex. */
export const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");

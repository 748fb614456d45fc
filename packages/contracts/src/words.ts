import * as z from "zod";

/** Text that the database takes as it is, of so many UTF-16 code units at most. It may be empty, and have several lines. */
export const words = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => !text.includes("\0") && text.isWellFormed(), "must be whole characters, and hold no NUL");

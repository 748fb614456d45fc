import * as z from "zod";
import { HttpToolId } from "./ids.ts";

export const httpToolLimits = {
  tools: 10,
  headers: 10,
  /** In UTF-16 code units. */
  description: 500,
  parameters: 8_000,
  url: 1_000,
  headerValue: 2_000,
  /** What models ask of one answer, all of them together. */
  callsPerAnswer: 3,
  timeoutMs: 5_000,
  resultBytes: 16 * 1024,
} as const;

/** Ours, or of the connection: set by whoever makes the call. */
const ownHeaders =
  /^(?:parley-contact|accept|content-type|content-length|host|connection|transfer-encoding|keep-alive|upgrade|te|trailer|expect)$/i;

const line = (max: number) =>
  z
    .string()
    .max(max)
    .transform((text) =>
      text
        .toWellFormed()
        .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
        .trim(),
    );

/**
 * What a tenant's own server can be asked for while an answer is written. `parameters` is a JSON Schema of an object, as text. In `url`,
 * `{name}` behind the host is where an argument goes; the others go into the query, or by POST into the body.
 */
export const SaveHttpTool = z.strictObject({
  id: HttpToolId,
  /** As models call it. */
  name: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  /** What models are told of it: what it is for, and when. */
  description: line(httpToolLimits.description).refine((text) => text !== "", "must hold something that can be read"),
  method: z.enum(["GET", "POST"]),
  url: z.url({ protocol: /^https?$/ }).max(httpToolLimits.url),
  parameters: z.string().max(httpToolLimits.parameters).default('{"type":"object","properties":{}}'),
  /** Sent along and never shown again. Without a value it stays what it was. */
  headers: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z][A-Za-z0-9-]{0,59}$/)
          .refine((name) => !ownHeaders.test(name), "is set by the assistant"),
        value: z
          .string()
          .max(httpToolLimits.headerValue)
          .regex(/^[\x20-\x7e]*$/)
          .optional(),
      }),
    )
    .max(httpToolLimits.headers)
    .refine(
      (headers) => new Set(headers.map(({ name }) => name.toLowerCase())).size === headers.length,
      "twice the same",
    )
    .default([]),
  /** Whether our id of the contact is sent along, in the header `Parley-Contact`. It comes from the server, never from a model. */
  sendsContact: z.boolean(),
  enabled: z.boolean(),
});
export type SaveHttpTool = z.infer<typeof SaveHttpTool>;

import { AnswerQuality, ModelId, ModelProviderId, ModelProviderKind, words } from "@parley/contracts";
import * as z from "zod";

/** The highest tier that there can be. */
const highestLevel = 5;

const address = z
  .string()
  .trim()
  .max(500)
  .refine((text) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === "";
  }, "must be a web address without a user, a password, a query and a fragment")
  .transform((text) => text.replace(/\/+$/, ""));
/** What can stand in a header. */
const key = z
  .string()
  .trim()
  .min(8)
  .max(500)
  .regex(/^[\x21-\x7e]*$/, "must be of ASCII without spaces");

export const SaveProvider = z
  .strictObject({
    id: ModelProviderId,
    kind: ModelProviderKind,
    name: words(60).trim().min(1),
    /** Up to and including the version; of `openai-compatible` alone, whose provider has none of its own. */
    baseUrl: address.optional(),
    /** Left out: the one that is stored stays. Null: it is taken away, where a provider need not have one. */
    apiKey: key.nullable().optional(),
  })
  .refine(({ kind, baseUrl }) => (kind === "openai-compatible") === (baseUrl !== undefined), {
    path: ["baseUrl"],
    error: "is for openai-compatible, and needed there",
  });
export type SaveProvider = z.output<typeof SaveProvider>;

export const SaveModel = z.strictObject({
  id: ModelId,
  providerId: ModelProviderId,
  /** As the provider calls it. */
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[\w.:/@+-]*$/, "must be a model's name: letters, digits and . : / @ + - _"),
  level: z.int().min(1).max(highestLevel),
  enabled: z.boolean(),
});
export type SaveModel = z.output<typeof SaveModel>;

export const MoveModel = z.strictObject({ id: ModelId, direction: z.enum(["up", "down"]) });
export type MoveModel = z.output<typeof MoveModel>;

const dollars = z.number().min(0).max(100_000);
export const SetPrice = z.strictObject({
  modelId: ModelId,
  /** From this day (UTC) on it holds. */
  validFrom: z.iso.date(),
  input: dollars,
  cached: dollars.nullable().optional(),
  output: dollars,
  audio: dollars.nullable().optional(),
  image: dollars.nullable().optional(),
});
export type SetPrice = z.output<typeof SetPrice>;

export const RemovePrice = SetPrice.pick({ modelId: true, validFrom: true });
export type RemovePrice = z.output<typeof RemovePrice>;

export const TestProvider = z.strictObject({ id: ModelProviderId, model: SaveModel.shape.name });
export type TestProvider = z.output<typeof TestProvider>;

export const SetQuality = z.strictObject({ quality: AnswerQuality });

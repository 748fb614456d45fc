import * as z from "zod";

/** How an answer sounds: `plain`: short and matter-of-fact · `warm`: friendly · `formal`: with distance · `brief`: as few words as can be. */
export const assistantTones = ["plain", "warm", "formal", "brief"] as const;
export type AssistantTone = (typeof assistantTones)[number];

/** In UTF-16 code units, and so many hosts. */
export const assistantLimits = {
  name: 40,
  toneWords: 200,
  guidance: 4_000,
  unknownText: 500,
  linkHosts: 20,
  /** Former versions that can be seen and restored. */
  versions: 50,
} as const;

const clean = (text: string) =>
  text
    .replace(/\r\n?/g, "\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g, "")
    .toWellFormed()
    .trim();
const lines = (max: number) => z.string().max(max).transform(clean);
const line = (max: number) => lines(max).transform((text) => text.replace(/[\s\p{Zl}\p{Zp}]+/gu, " "));

/** A host as it stands in addresses, such as `help.example.com`; international ones in Punycode. */
const Host = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/);

/** What a tenant's assistant is called and told. What is empty is as if nobody had ever said anything. */
export const AssistantSettings = z.strictObject({
  /** In place of the inbox's own. */
  name: line(assistantLimits.name),
  tone: z.enum(assistantTones),
  /** More about how it sounds, in the tenant's words. */
  toneWords: line(assistantLimits.toneWords),
  /** What the tenant wants of a model's answers, in Markdown. Text after `> ` may be said to visitors word for word. */
  guidance: lines(assistantLimits.guidance),
  /** What is said in place of an answer that it does not know, to whoever asks in the same language. */
  unknownText: lines(assistantLimits.unknownText),
  /** Answers may lead there, besides to addresses that stand in the passages that they cite from. */
  linkHosts: z.array(Host).max(assistantLimits.linkHosts),
  /** A model may hand a conversation to a person by itself, when a visitor asks for one in their own words. */
  mayHandOff: z.boolean(),
});
export type AssistantSettings = z.infer<typeof AssistantSettings>;

export const defaultAssistantSettings: AssistantSettings = {
  name: "",
  tone: "plain",
  toneWords: "",
  guidance: "",
  unknownText: "",
  linkHosts: [],
  mayHandOff: false,
};

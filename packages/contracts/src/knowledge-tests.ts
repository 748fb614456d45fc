import * as z from "zod";
import { type AnswerOutcome, MessageText } from "./conversation.ts";
import { DocumentId, DocumentVersionId, KnowledgeTestId, MessageId } from "./ids.ts";
import { words } from "./words.ts";

/** A place in a document that an answer rests on, with its words: they are what it is known by in a later version. */
export const CitedQuote = z.object({
  documentId: DocumentId,
  documentVersionId: DocumentVersionId,
  title: z.string(),
  headingPath: z.array(z.string()),
  /** UTF-16 code units of that version's text. */
  start: z.int().nonnegative(),
  end: z.int().positive(),
  text: z.string(),
  quoteSha256: z.string(),
});
export type CitedQuote = z.infer<typeof CitedQuote>;

/** What is right: `unknown` for a question that must not be answered. */
export const ExpectedAnswer = z.object({
  outcome: z.enum(["answered", "unknown"]),
  answer: z.string(),
  citations: z.array(CitedQuote),
});
export type ExpectedAnswer = z.infer<typeof ExpectedAnswer>;

const Words = z.array(words(100).trim().min(1)).max(10);

export const PinAnswer = z.strictObject({ id: KnowledgeTestId, messageId: MessageId });
export const CreateTest = z.strictObject({ id: KnowledgeTestId, question: MessageText, words: Words });
export const ChangeTest = z.strictObject({ testId: KnowledgeTestId, words: Words });

export const TestVerdict = z.enum(["passed", "failed", "new"]);
export type TestVerdict = z.infer<typeof TestVerdict>;

export const testLimits = {
  /** Of one workspace. */
  tests: 200,
  /** Runs that are kept, with their results. */
  runs: 50,
} as const;

/** Whether changes wait to be checked: not; until somebody publishes them; until no test fails, or somebody publishes them. */
export const ChangeCheckMode = z.enum(["off", "ask", "auto"]);
export type ChangeCheckMode = z.infer<typeof ChangeCheckMode>;

/** By what is known again which changes somebody looked at. */
const SeenChanges = z.string().regex(/^[0-9a-f]{32}$/);

export const PublishChanges = z.strictObject({
  seen: SeenChanges,
  /** Though tests fail, or have not been asked with them. */
  anyway: z.boolean().default(false),
});
export const DiscardChanges = z.strictObject({ seen: SeenChanges });

/** What an answer of a replay was. */
export type TestAnswer = { outcome: AnswerOutcome; answer: string; citations: CitedQuote[] };

/** What was changed between two runs. */
export const TestedChange = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("document"), documentId: DocumentId, title: z.string(), version: z.int().positive() }),
  z.object({ kind: z.literal("removed"), title: z.string() }),
  z.object({ kind: z.literal("settings"), version: z.int().nonnegative() }),
  z.object({ kind: z.literal("answerer"), name: z.string() }),
  z.object({ kind: z.literal("embedder") }),
]);
export type TestedChange = z.infer<typeof TestedChange>;

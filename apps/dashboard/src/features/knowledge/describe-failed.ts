import { errorWords } from "../../errors/error-words.ts";
import type { ListedDocument } from "./use-documents.ts";

type Failed = Pick<ListedDocument, "failure" | "failureCode">;

/** Why a document could not be read in, and what to do about it. */
export function describeFailed({ failure, failureCode }: Failed): string {
  const words = failureCode && failureCode !== "internal" ? errorWords[failureCode] : undefined;
  return words ? `${words.title}. ${words.advice}` : (failure ?? "It could not be read.");
}

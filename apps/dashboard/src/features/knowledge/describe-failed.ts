import { errorWords } from "../../errors/error-words.ts";
import type { ListedDocument } from "./use-documents.ts";

type Waiting = Pick<ListedDocument, "status" | "waitsFor">;
type Failed = Pick<ListedDocument, "failure" | "failureCode">;

/** What keeps a document from being read in; undefined when it is only its turn. */
export function describeWaiting({ status, waitsFor }: Waiting): string | undefined {
  if (status !== "queued" || waitsFor === null || waitsFor === "internal") return undefined;
  return `${errorWords[waitsFor].title}. It is tried again by itself.`;
}

/** Why a document could not be read in, and what to do about it. */
export function describeFailed({ failure, failureCode }: Failed): string {
  const words = failureCode && failureCode !== "internal" ? errorWords[failureCode] : undefined;
  return words ? `${words.title}. ${words.advice}` : (failure ?? "It could not be read.");
}

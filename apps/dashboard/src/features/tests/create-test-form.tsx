import type { KnowledgeTestId } from "@parley/contracts";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { TextField } from "../../forms/field.tsx";
import { useTestActions } from "./use-tests.ts";
import { describeWrongWords, wordsOf } from "./words.ts";
import { WordsField } from "./words-field.tsx";

/** A question that nobody has to have asked. */
export function CreateTestForm({ onDone }: { onDone: () => void }) {
  const { create } = useTestActions();
  // Of the form, so that sending it again after a lost answer makes no second test.
  const [id] = useState(() => crypto.randomUUID() as KnowledgeTestId);
  const [line, setLine] = useState("");

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (create.isPending || describeWrongWords(line)) return;
    const form = new FormData(event.currentTarget);
    const test = { id, question: String(form.get("question")).trim(), words: wordsOf(line) };
    create.mutate(test, { onSuccess: onDone });
  }

  return (
    <form
      onSubmit={submit}
      aria-label="A new test"
      className="mb-6 rounded-card border border-line bg-surface p-4 shadow-xs md:p-5"
    >
      {create.isError && <ErrorNotice error={create.error} className="mb-4" />}
      <TextField
        className="!mt-0"
        label="Question"
        name="question"
        required
        maxLength={4_000}
        autoFocus
        autoComplete="off"
      />
      <WordsField
        line={line}
        onLine={setLine}
        hint="Divided by commas; none are needed. Once it was asked, you say whether the answer is right."
      />
      <div className="mt-5 flex gap-2">
        <Button type="submit" variant="primary" size="medium" busy={create.isPending}>
          {create.isPending ? "Adding…" : "Add the test"}
        </Button>
        <Button size="medium" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

import type { GapDraft } from "@parley/contracts";
import { type FormEvent, useEffect, useState } from "react";
import { Button } from "../../components/button.tsx";
import { UnsavedGuard } from "../../components/unsaved-guard.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { FieldFrame, TextField } from "../../forms/field.tsx";
import { Notice } from "../../forms/notice.tsx";
import type { GapActions, GapDetail } from "./use-gaps.ts";

type DraftEditorProps = Pick<GapActions, "save" | "publish"> & {
  /** As it is kept now, by whomever. */
  draft: GapDraft;
  state: GapDetail["state"];
  onUnsaved: (isUnsaved: boolean) => void;
};

/** The article in the making. What is typed stays, whoever saves another draft meanwhile, publishes it or has the gap ignored. */
export function DraftEditor({ draft: kept, state, save, publish, onUnsaved }: DraftEditorProps) {
  // The draft that is changed here.
  const [base, setBase] = useState(kept);
  const [words, setWords] = useState(kept);
  const isBusy = save.isPending || publish.isPending;
  const isUnsaved = !isSame(words, base);
  useEffect(() => onUnsaved(isUnsaved), [onUnsaved, isUnsaved]);
  const isOthers = !isBusy && !isSame(kept, base);
  function take() {
    setBase(kept);
    setWords(kept);
  }
  if (isOthers && !isUnsaved) take();

  function choose(choice: () => void) {
    choice();
    save.reset();
    publish.reset();
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!isBusy) publish.mutate({ draft: words, basedOn: base }, { onSuccess: () => setBase(words) });
  }
  function keep() {
    save.mutate({ draft: words, basedOn: base }, { onSuccess: setBase });
  }

  const ended = isBusy || !isUnsaved ? undefined : endedWords[state];
  const failed = publish.error ?? save.error;
  return (
    <form
      onSubmit={submit}
      aria-label="Article"
      className="rounded-card border border-line bg-surface p-4 shadow-xs md:p-5"
    >
      <UnsavedGuard unsaved={isUnsaved} />
      <h2 className="mb-4 text-sm font-semibold">Article</h2>
      {failed && !isOthers && <ErrorNotice error={failed} className="mb-4" />}
      {(isOthers || ended) && (
        <Notice tone="warn" role="status" className="mb-4">
          {ended && <p>{ended}</p>}
          {isOthers && <p>Somebody else has changed the draft meanwhile.</p>}
          <div className="mt-2 flex flex-wrap gap-2">
            <Button onClick={() => choose(take)}>{ended ? "Discard mine" : "Show theirs"}</Button>
            {isOthers && <Button onClick={() => choose(() => setBase(kept))}>Keep mine</Button>}
          </div>
        </Notice>
      )}
      <TextField
        className="!mt-0"
        label="Question"
        name="question"
        required
        maxLength={500}
        value={words.question}
        onChange={({ target }) => setWords({ ...words, question: target.value })}
      />
      <FieldFrame
        className="mt-4"
        label="Answer"
        hint={
          base.answer === ""
            ? "No person has answered it in a conversation yet: write the answer here."
            : "A person's own words. Take out what was meant for one visitor alone."
        }
      >
        {(field) => (
          <textarea
            {...field}
            name="answer"
            required
            rows={9}
            maxLength={20_000}
            dir="auto"
            value={words.answer}
            onChange={({ target }) => setWords({ ...words, answer: target.value })}
            className="field mt-1.5 w-full px-3 py-2"
          />
        )}
      </FieldFrame>
      <div className="mt-5 flex flex-wrap items-center gap-2">
        <Button type="submit" variant="primary" size="medium" busy={publish.isPending}>
          {publish.isPending ? "Publishing…" : "Publish and close"}
        </Button>
        {state !== "closed" && (
          <Button size="medium" busy={isBusy} onClick={keep}>
            {save.isPending ? "Saving…" : "Save the draft"}
          </Button>
        )}
        <span role="status" className="text-sm text-good">
          {save.isSuccess && !isUnsaved && "Saved"}
        </span>
      </div>
    </form>
  );
}

/** Where there is nothing to write any more, and something was being written. */
const endedWords: Partial<Record<GapDetail["state"], string>> = {
  closed: "The article is published without what you typed.",
  ignored: "The gap is ignored. What you typed is not saved.",
};

const isSame = (one: GapDraft, other: GapDraft) => one.question === other.question && one.answer === other.answer;

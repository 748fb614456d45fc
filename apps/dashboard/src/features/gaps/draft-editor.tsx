import type { GapId } from "@parley/contracts";
import { type FormEvent, useRef } from "react";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { FieldFrame, TextField } from "../../forms/field.tsx";
import { type GapDetail, useGapActions } from "./use-gaps.ts";

/** The article in the making: what was drafted, to be changed and published. */
export function DraftEditor({ gapId, draft }: { gapId: GapId; draft: NonNullable<GapDetail["draft"]> }) {
  const { save, publish } = useGapActions(gapId);
  const form = useRef<HTMLFormElement>(null);
  const written = () => {
    const data = new FormData(form.current ?? undefined);
    return { question: String(data.get("question")), answer: String(data.get("answer")) };
  };

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!publish.isPending) publish.mutate(written());
  }

  const failed = publish.error ?? save.error;
  return (
    <form
      ref={form}
      onSubmit={submit}
      aria-label="Article"
      className="rounded-card border border-line bg-surface p-4 shadow-xs md:p-5"
    >
      <h2 className="mb-4 text-sm font-semibold">Article</h2>
      {failed && <ErrorNotice error={failed} className="mb-4" />}
      <TextField
        className="!mt-0"
        label="Question"
        name="question"
        required
        maxLength={500}
        defaultValue={draft.question}
      />
      <FieldFrame
        className="mt-4"
        label="Answer"
        hint={
          draft.answer === ""
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
            defaultValue={draft.answer}
            className="field mt-1.5 w-full px-3 py-2"
          />
        )}
      </FieldFrame>
      <div className="mt-5 flex flex-wrap gap-2">
        <Button type="submit" variant="primary" size="medium" busy={publish.isPending}>
          {publish.isPending ? "Publishing…" : "Publish and close"}
        </Button>
        <Button size="medium" busy={save.isPending} onClick={() => save.mutate(written())}>
          {save.isPending ? "Saving…" : save.isSuccess ? "Saved" : "Save the draft"}
        </Button>
      </div>
    </form>
  );
}

import type { DocumentId, SourceId } from "@parley/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { FieldFrame, TextField } from "../../../forms/field.tsx";
import { useTRPC } from "../../../trpc.ts";

type EntryFormProps = {
  /** The document's: a new one, or the one that is changed. */
  documentId: DocumentId;
  sourceId: SourceId;
  /** As it was saved last; absent for a new one. */
  entry?: { question: string; answer: string; version: number };
  onSaved: () => void;
  onCancel: () => void;
};

/** A question with its answer, to be written or changed. */
export function EntryForm({ documentId, sourceId, entry, onSaved, onCancel }: EntryFormProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  // What is shown here, whatever comes meanwhile.
  const [basedOn] = useState(entry?.version);
  const save = useMutation(
    trpc.knowledge.written.save.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.knowledge.pathFilter()),
    }),
  );
  const question = useRef<HTMLInputElement>(null);
  useEffect(() => question.current?.focus(), []);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (save.isPending) return;
    const given = new FormData(event.currentTarget);
    const words = (name: string) => String(given.get(name)).trim();
    const written = { question: words("question"), answer: words("answer") };
    save.mutate({ documentId, sourceId, ...written, basedOn }, { onSuccess: onSaved });
  }

  return (
    <form
      onSubmit={submit}
      aria-label={entry ? "Change the answer" : "New answer"}
      className="rounded-card border border-line bg-surface p-4 shadow-xs md:p-5"
    >
      <TextField
        ref={question}
        className="!mt-0"
        label="Question"
        name="question"
        required
        maxLength={500}
        autoComplete="off"
        defaultValue={entry?.question}
        hint="As a visitor would ask it: by these words it is found."
      />
      <FieldFrame label="Answer" className="mt-4" hint="In Markdown. The assistant cites it, as any other document.">
        {(field) => (
          <textarea
            {...field}
            name="answer"
            required
            maxLength={20_000}
            rows={8}
            dir="auto"
            defaultValue={entry?.answer}
            className="field mt-1.5 w-full resize-y px-3 py-2"
          />
        )}
      </FieldFrame>
      {save.isError && <ErrorNotice error={save.error} className="mt-4" />}
      <div className="mt-4 flex justify-end gap-2">
        <Button size="medium" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" size="medium" busy={save.isPending}>
          {save.isPending ? "Saving…" : "Save"}
        </Button>
      </div>
    </form>
  );
}

import { Pencil, Trash2 } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { errorCode } from "../../../errors/error-code.ts";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { TextField } from "../../../forms/field.tsx";
import { RemovalCheck, useIsChecked } from "../removal-check.tsx";
import { removalPhrase } from "./count-phrase.ts";
import { type ListedSource, useSourceActions } from "./use-sources.ts";

/** Gives the source another name, or takes it away with all that it holds. */
export function SourceActions({ source }: { source: ListedSource }) {
  const { id, name, documents } = source;
  const { remove } = useSourceActions();
  const [asked, setAsked] = useState<"rename" | "remove">();
  const [atOnce, setAtOnce] = useState(false);
  const isChecked = useIsChecked();
  if (asked === "rename") return <RenameForm source={source} onDone={() => setAsked(undefined)} />;
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => setAsked("rename")}>
        <Pencil aria-hidden className="size-4" />
        Rename
      </Button>
      <Button onClick={() => setAsked("remove")}>
        <Trash2 aria-hidden className="size-4" />
        Remove
      </Button>
      {asked === "remove" && (
        <ConfirmDialog
          title={`Remove ${name}?`}
          action="Remove"
          busyAction="Removing…"
          busy={remove.isPending}
          error={remove.isError && <ErrorNotice error={remove.error} />}
          onConfirm={() => remove.mutate({ sourceId: id, atOnce })}
          onClosed={() => {
            setAsked(undefined);
            remove.reset();
          }}
        >
          <p>
            {removalPhrase(documents, isChecked && !atOnce)} Its documents and files are deleted; what conversations
            have cited of them stays there, and the whole version is kept for that. This can't be undone.
          </p>
          {isChecked && <RemovalCheck atOnce={atOnce} onChange={setAtOnce} />}
        </ConfirmDialog>
      )}
    </div>
  );
}

function RenameForm({ source, onDone }: { source: ListedSource; onDone: () => void }) {
  const { rename } = useSourceActions();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const taken = errorCode(rename.error) === "source.name_taken" ? "Another source has this name." : undefined;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    if (!rename.isPending) rename.mutate({ sourceId: source.id, name }, { onSuccess: onDone });
  }

  return (
    <form onSubmit={submit} aria-label="Rename the source" className="w-full">
      <div className="flex flex-wrap items-start gap-2">
        <TextField
          ref={field}
          className="!mt-0 min-w-0 flex-1 basis-56"
          label="Name"
          name="name"
          required
          maxLength={200}
          autoComplete="off"
          defaultValue={source.name}
          error={taken}
        />
        <div className="flex gap-2 sm:mt-[29px]">
          <Button size="medium" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" size="medium" busy={rename.isPending}>
            {rename.isPending ? "Saving…" : "Save"}
          </Button>
        </div>
      </div>
      {rename.isError && !taken && <ErrorNotice error={rename.error} className="mt-3" />}
    </form>
  );
}

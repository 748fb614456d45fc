import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { TextField } from "../../forms/field.tsx";
import { formatAmounts } from "./format-price.ts";
import { type ListedModel, useModelActions } from "./use-models.ts";

/** The workspace's own prices of a model: what holds, what will, and a new one. */
export function PriceForm({ model, onDone }: { model: ListedModel; onDone: () => void }) {
  const { setPrice, removePrice } = useModelActions();
  const [removed, setRemoved] = useState<string>();
  const { id: modelId, name, price, ownPrices } = model;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (setPrice.isPending) return;
    const form = new FormData(event.currentTarget);
    const number = (field: string) => Number(form.get(field));
    const known = (field: string) => (form.get(field) === "" ? null : number(field));
    const validFrom = String(form.get("validFrom"));
    const text = { input: number("input"), cached: known("cached"), output: number("output") };
    setPrice.mutate(
      { modelId, validFrom, ...text, audio: known("audio"), image: known("image") },
      { onSuccess: onDone },
    );
  }
  const field = {
    type: "number",
    min: 0,
    max: 100_000,
    step: "any",
    inputMode: "decimal",
    className: "!mt-0",
  } as const;

  return (
    <form onSubmit={submit} aria-label={`The price of ${name}`} className="mt-3 max-w-140">
      {setPrice.isError && <ErrorNotice error={setPrice.error} className="mb-4" />}
      {removed !== undefined && (
        <ConfirmDialog
          title={`Remove the price from ${removed} on?`}
          action="Remove"
          busyAction="Removing…"
          busy={removePrice.isPending}
          error={removePrice.isError && <ErrorNotice error={removePrice.error} />}
          onConfirm={() =>
            removePrice.mutate({ modelId, validFrom: removed }, { onSuccess: () => setRemoved(undefined) })
          }
          onClosed={() => setRemoved(undefined)}
        >
          <p>From then on the price before it holds, or the list's. What was spent until now is not counted anew.</p>
        </ConfirmDialog>
      )}
      <p className="text-sm text-ink-soft">
        In US dollars per million tokens. What the provider asks for audio and pictures may be left empty: answers are
        of text.
      </p>
      <div className="mt-3 grid grid-cols-2 items-end gap-3 sm:grid-cols-3">
        <TextField {...field} label="Input" name="input" required defaultValue={price?.input} />
        <TextField {...field} label="Cached input" name="cached" defaultValue={price?.cached ?? undefined} />
        <TextField {...field} label="Output" name="output" required defaultValue={price?.output} />
        <TextField {...field} label="Audio" name="audio" defaultValue={price?.audio ?? undefined} />
        <TextField {...field} label="Pictures" name="image" defaultValue={price?.image ?? undefined} />
        <TextField
          className="!mt-0"
          label="From (UTC)"
          name="validFrom"
          type="date"
          required
          defaultValue={new Date().toISOString().slice(0, 10)}
        />
      </div>
      {ownPrices.length > 0 && (
        <ul aria-label={`Own prices of ${name}`} className="mt-3 space-y-1 text-sm">
          {ownPrices.map(({ validFrom, ...amounts }) => (
            <li key={validFrom} className="flex flex-wrap items-center gap-3">
              <span className="tabular-nums">
                From {validFrom} on: {formatAmounts(amounts)}
              </span>
              <Button onClick={() => setRemoved(validFrom)}>
                Remove<span className="sr-only"> the price from {validFrom} on</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className="mt-4 flex gap-2">
        <Button type="submit" variant="primary" busy={setPrice.isPending}>
          {setPrice.isPending ? "Saving…" : "Save the price"}
        </Button>
        <Button onClick={onDone}>Close</Button>
      </div>
    </form>
  );
}

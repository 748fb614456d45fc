import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { errorCode } from "../../../errors/error-code.ts";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { TextField } from "../../../forms/field.tsx";
import { readSiteFields, SiteFields } from "./site-fields.tsx";
import { addressAdvice } from "./site-panel.tsx";
import { sourceKinds } from "./source-kinds.ts";
import { type ListedSource, newSourceId, useSourceActions } from "./use-sources.ts";

/** What a member can connect here, in the order in which it is offered. */
const offered = ["upload", "site", "written", "api"] as const satisfies ListedSource["kind"][];
type Offered = (typeof offered)[number];
const examples: Record<Offered, string> = {
  upload: "Handbook",
  site: "Documentation",
  written: "What people ask",
  api: "Shop",
};

/** Asks first what it is, then what is needed for it, and leads there. */
export function AddSource({ onCancel }: { onCancel?: (() => void) | undefined }) {
  const [kind, setKind] = useState<Offered>();
  const title = useId();
  const cancel = () => {
    setKind(undefined);
    onCancel?.();
  };
  if (kind) return <NewSource kind={kind} onCancel={cancel} />;
  if (!onCancel) return <Kinds isBegun={false} onChoose={setKind} />;
  return (
    <section aria-labelledby={title} className="rounded-card border border-edge bg-sunken p-4 md:p-5">
      <div className="mb-3 flex items-center justify-between gap-3">
        <h3 id={title} className="font-semibold">
          What kind of source?
        </h3>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
      <Kinds isBegun onChoose={setKind} />
    </section>
  );
}

/** What can be connected. @param isBegun somebody has just asked for it: the first of them has the focus */
function Kinds({ isBegun, onChoose }: { isBegun: boolean; onChoose: (kind: Offered) => void }) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isBegun) first.current?.focus();
  }, [isBegun]);
  return (
    <ul aria-label="Kinds of sources" className="grid gap-3 sm:grid-cols-2">
      {offered.map((each, index) => {
        const { label, icon: Icon, means } = sourceKinds[each];
        return (
          <li key={each}>
            <button
              ref={index === 0 ? first : undefined}
              type="button"
              onClick={() => onChoose(each)}
              className="flex h-full w-full items-start gap-3.5 rounded-card border border-edge bg-surface p-4 text-start shadow-xs transition-colors hover:bg-hover"
            >
              <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-accent-ink" strokeWidth={1.75} />
              <span>
                <span className="block font-medium">{label}</span>
                <span className="mt-0.5 block text-sm text-ink-soft">{means}</span>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function NewSource({ kind, onCancel }: { kind: Offered; onCancel: () => void }) {
  const { create, crawl } = useSourceActions();
  const navigate = useNavigate();
  // The same for as long as it is not known to have arrived, so that trying again makes no second one.
  const [id, setId] = useState(newSourceId);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const nameError = errorCode(create.error) === "source.name_taken" ? "Another source has this name." : undefined;

  const isRefused = kind === "site" && errorCode(create.error) === "input.invalid";
  const addressError = isRefused ? addressAdvice : undefined;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (create.isPending) return;
    const name = String(new FormData(event.currentTarget).get("name"));
    create.mutate(
      { id, kind, name, ...(kind === "site" && { site: readSiteFields(event.currentTarget) }) },
      {
        onSuccess() {
          // Should it not begin, its page offers it again.
          if (kind === "site") crawl.mutate({ sourceId: id });
          void navigate({ to: "/knowledge/sources/$sourceId", params: { sourceId: id } });
        },
        onError: (error) => errorCode(error) && setId(newSourceId()),
      },
    );
  }

  return (
    <form onSubmit={submit} aria-label="New source" className="rounded-card border border-line bg-surface p-4 md:p-5">
      <TextField
        ref={first}
        className="!mt-0"
        label="What it is called"
        name="name"
        required
        maxLength={200}
        autoComplete="off"
        placeholder={examples[kind]}
        error={nameError}
        hint="Members see the name, visitors don't."
      />
      {kind === "site" && <SiteFields addressError={addressError} />}
      {create.isError && !nameError && !addressError && <ErrorNotice error={create.error} className="mt-4" />}
      <div className="mt-4 flex justify-end gap-2">
        <Button size="medium" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" size="medium" busy={create.isPending}>
          {create.isPending ? "Adding…" : "Add"}
        </Button>
      </div>
    </form>
  );
}

import type { ApiKeyScope } from "@parley/contracts";
import type { FormEvent } from "react";
import { Button } from "../../../components/button.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { TextField } from "../../../forms/field.tsx";
import { SelectField } from "../../../forms/select-field.tsx";
import { SettingsSection } from "../settings-page.tsx";
import { scopeLabels } from "./scope-labels.ts";
import { type MadeKey, useKeyActions } from "./use-api-keys.ts";

const lifetimes = [
  { days: 30, label: "30 days" },
  { days: 90, label: "90 days" },
  { days: 365, label: "A year" },
];

type CreateKeyFormProps = { onCancel: () => void; onMade: (made: MadeKey) => void };

export function CreateKeyForm({ onCancel, onMade }: CreateKeyFormProps) {
  const { create } = useKeyActions(onMade);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (create.isPending) return;
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name")).trim();
    const scopes = form.getAll("scope") as ApiKeyScope[];
    create.mutate({ name, scopes, lifetimeDays: Number(form.get("lifetime")) });
  }

  return (
    <SettingsSection title="A new key">
      <form onSubmit={submit} aria-label="A new key" className="max-w-110">
        {create.isError && <ErrorNotice error={create.error} className="mb-4" />}
        <TextField
          className="!mt-0"
          label="Name"
          name="name"
          required
          maxLength={100}
          autoFocus
          autoComplete="off"
          hint="What uses it, such as the report of every night."
        />
        <fieldset className="mt-4">
          <legend className="text-sm font-medium">What it may do</legend>
          {Object.entries(scopeLabels).map(([scope, { label, means }], index) => (
            <label key={scope} className="mt-2 flex cursor-pointer items-start gap-2.5 text-sm">
              <input
                type="checkbox"
                name="scope"
                value={scope}
                defaultChecked={index === 0}
                // At least one: a key that opens nothing is none.
                onChange={(event) => requireOne(event.currentTarget.form)}
                className="mt-0.5 size-4 shrink-0 accent-accent"
              />
              <span>
                {label}
                <span className="block text-ink-soft">{means}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div className="mt-4">
          <SelectField label="Good for" name="lifetime" defaultValue="90">
            {lifetimes.map(({ days, label }) => (
              <option key={days} value={days}>
                {label}
              </option>
            ))}
          </SelectField>
        </div>
        <div className="mt-5 flex gap-2">
          <Button type="submit" variant="primary" size="medium" busy={create.isPending}>
            {create.isPending ? "Creating…" : "Create the key"}
          </Button>
          <Button size="medium" onClick={onCancel}>
            Cancel
          </Button>
        </div>
      </form>
    </SettingsSection>
  );
}

/** The first box of the form says so when none is ticked. */
function requireOne(form: HTMLFormElement | null): void {
  const boxes = [...(form?.querySelectorAll<HTMLInputElement>('input[name="scope"]') ?? [])];
  const none = boxes.every(({ checked }) => !checked);
  boxes[0]?.setCustomValidity(none ? "Choose at least one." : "");
}

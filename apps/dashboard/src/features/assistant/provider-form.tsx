import { ModelProviderKind } from "@parley/contracts";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { TextField } from "../../forms/field.tsx";
import { SelectField } from "../../forms/select-field.tsx";
import { kindLabels, type Provider, useModelActions } from "./use-models.ts";

type ProviderFormProps = {
  /** The one that is changed; undefined: a new one. */
  provider?: Provider;
  onDone: () => void;
};

export function ProviderForm({ provider, onDone }: ProviderFormProps) {
  const { saveProvider } = useModelActions();
  const [kind, setKind] = useState<ModelProviderKind>(provider?.kind ?? "openai");
  const [id] = useState(() => provider?.id ?? (crypto.randomUUID() as Provider["id"]));
  const [withoutKey, setWithoutKey] = useState(false);
  const isCompatible = kind === "openai-compatible";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (saveProvider.isPending) return;
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    saveProvider.mutate(
      {
        ...{ id, kind, name: text("name") },
        ...(isCompatible && { baseUrl: text("baseUrl") }),
        ...(withoutKey ? { apiKey: null } : text("apiKey") !== "" && { apiKey: text("apiKey") }),
      },
      { onSuccess: onDone },
    );
  }

  return (
    <form onSubmit={submit} aria-label={provider ? `Change ${provider.name}` : "A new provider"} className="max-w-110">
      {saveProvider.isError && <ErrorNotice error={saveProvider.error} className="mb-4" />}
      {!provider && (
        <SelectField
          label="Kind"
          value={kind}
          onChange={(event) => setKind(ModelProviderKind.parse(event.currentTarget.value))}
        >
          {ModelProviderKind.options.map((option) => (
            <option key={option} value={option}>
              {kindLabels[option]}
            </option>
          ))}
        </SelectField>
      )}
      <TextField
        // What is proposed goes with the kind, until somebody writes something else.
        key={provider ? "name" : kind}
        label="Name"
        name="name"
        required
        maxLength={60}
        autoComplete="off"
        defaultValue={provider?.name ?? (isCompatible ? "" : kindLabels[kind])}
        hint="What receipts call it."
      />
      {isCompatible && (
        <TextField
          label="Address"
          name="baseUrl"
          type="url"
          required
          maxLength={500}
          placeholder="https://models.example.com/v1"
          defaultValue={provider?.baseUrl ?? ""}
          autoComplete="off"
          hint="Of a server that speaks OpenAI's chat completions, up to and including /v1. One in your own network has to be allowed by whoever runs Parley."
        />
      )}
      <TextField
        // Nothing stands in it, whoever filled it in, while the key is to go.
        key={String(withoutKey)}
        disabled={withoutKey}
        label="API key"
        name="apiKey"
        type="password"
        required={!provider && !isCompatible}
        minLength={8}
        maxLength={500}
        autoComplete="new-password"
        spellCheck={false}
        hint={
          provider?.keyHint
            ? `Leave it empty to keep the one that ends in ${provider.keyHint}. It is never shown again.`
            : "It is encrypted, and never shown again."
        }
      />
      {isCompatible && provider?.keyHint && (
        <label className="mt-3 flex cursor-pointer items-start gap-2.5 text-sm">
          <input
            type="checkbox"
            checked={withoutKey}
            onChange={(event) => setWithoutKey(event.currentTarget.checked)}
            className="mt-0.5 size-4 shrink-0 accent-accent"
          />
          Take the key away: the server needs none
        </label>
      )}
      <div className="mt-5 flex gap-2">
        <Button type="submit" variant="primary" size="medium" busy={saveProvider.isPending}>
          {saveProvider.isPending ? "Saving…" : provider ? "Save" : "Add the provider"}
        </Button>
        <Button size="medium" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

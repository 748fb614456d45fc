import { type FormEvent, useId, useState } from "react";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { TextField } from "../../forms/field.tsx";
import { SelectField } from "../../forms/select-field.tsx";
import { type ListedModel, type ModelSettings, useModelActions } from "./use-models.ts";

export const levels = [1, 2, 3, 4, 5];

type ModelFormProps = Pick<ModelSettings, "providers" | "known"> & { onDone: () => void };

/** A model is added to a tier, as its last one. */
export function ModelForm({ providers, known, onDone }: ModelFormProps) {
  const { saveModel } = useModelActions();
  const [providerId, setProviderId] = useState(providers[0]?.id);
  const list = useId();
  const [id] = useState(() => crypto.randomUUID() as ListedModel["id"]);
  const kind = providers.find((provider) => provider.id === providerId)?.kind;
  const [name, setName] = useState("");
  const ofKind = known.filter((model) => model.kind === kind).map((model) => model.name);
  // Its version of a day costs what the model does.
  const isPriced = ofKind.includes(name.trim().replace(/-(?:\d{8}|\d{4}-\d\d-\d\d)$/, ""));

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (saveModel.isPending || !providerId) return;
    const form = new FormData(event.currentTarget);
    const model = { name: String(form.get("name")).trim(), level: Number(form.get("level")) };
    saveModel.mutate({ id, providerId, ...model, enabled: true }, { onSuccess: onDone });
  }

  return (
    <form onSubmit={submit} aria-label="A new model" className="max-w-110">
      {saveModel.isError && <ErrorNotice error={saveModel.error} className="mb-4" />}
      <SelectField
        label="Provider"
        value={providerId}
        onChange={(event) => {
          const { value } = event.currentTarget;
          setProviderId(providers.find((provider) => provider.id === value)?.id);
        }}
      >
        {providers.map((provider) => (
          <option key={provider.id} value={provider.id}>
            {provider.name}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Model"
        name="name"
        required
        maxLength={200}
        autoComplete="off"
        list={list}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        hint="As the provider calls it."
      />
      <datalist id={list}>
        {ofKind.map((option) => (
          <option key={option} value={option} />
        ))}
      </datalist>
      <p role="status" className="mt-2 text-sm text-warn empty:hidden">
        {name.trim() !== "" &&
          !isPriced &&
          "No price is known for this name. Once it is added, give it one: until then nobody knows what it costs, and no budget holds it."}
      </p>
      <div className="mt-4">
        <SelectField
          label="Tier"
          name="level"
          defaultValue="1"
          hint="1 is the cheapest. The higher, the better and dearer."
        >
          {levels.map((level) => (
            <option key={level} value={level}>
              {level}
            </option>
          ))}
        </SelectField>
      </div>
      <div className="mt-5 flex gap-2">
        <Button type="submit" variant="primary" size="medium" busy={saveModel.isPending}>
          {saveModel.isPending ? "Adding…" : "Add the model"}
        </Button>
        <Button size="medium" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

import { type FormEvent, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { TextField } from "../../../forms/field.tsx";
import { embedderNames } from "./embedder-names.ts";
import { type EmbedderKind, type EmbedderSettings, useEmbedderActions } from "./use-embedder.ts";

/** Which embedder the workspace is to have, and what a server of one's own needs. It is tried before it is taken. */
export function ChooseEmbedder({ settings }: { settings: EmbedderSettings }) {
  const { change } = useEmbedderActions();
  const kinds = (Object.keys(embedderNames) as EmbedderKind[]).filter(
    (kind) => kind !== "installation" || settings.installation,
  );
  const [kind, setKind] = useState<EmbedderKind>(settings.current.kind);
  const isServer = kind === "openai" || kind === "openai-compatible";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (change.isPending) return;
    const given = new FormData(event.currentTarget);
    const text = (name: string) => String(given.get(name) ?? "").trim() || undefined;
    const dimensions = text("dimensions");
    change.mutate({
      kind,
      ...(isServer && {
        baseUrl: text("baseUrl"),
        model: text("model"),
        dimensions: dimensions === undefined ? undefined : Number(dimensions),
        apiKey: text("apiKey"),
      }),
    });
  }

  return (
    <form
      onSubmit={submit}
      aria-label="Choose an embedder"
      className="mt-4 rounded-card border border-line bg-surface p-4 md:p-5"
    >
      <fieldset>
        <legend className="font-semibold">Change it</legend>
        <p className="mt-1 text-sm text-ink-soft">
          Every passage is read anew by it, in the background; questions are answered meanwhile.
        </p>
        <div className="mt-3 space-y-2.5">
          {kinds.map((each) => (
            <label key={each} className="flex items-start gap-3">
              <input
                type="radio"
                name="kind"
                value={each}
                checked={each === kind}
                onChange={() => setKind(each)}
                className="mt-1 shrink-0 accent-accent"
              />
              <span>
                <span className="block text-sm font-medium">{embedderNames[each].label}</span>
                <span className="block text-sm text-ink-soft">{embedderNames[each].means}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {isServer && (
        <>
          {kind === "openai-compatible" && (
            <TextField
              label="Address"
              name="baseUrl"
              type="url"
              required
              maxLength={500}
              placeholder="https://embeddings.example.com/v1"
              hint="Up to and including /v1."
            />
          )}
          <TextField label="Model" name="model" required maxLength={200} placeholder="text-embedding-3-small" />
          <TextField
            label="Dimensions"
            name="dimensions"
            type="number"
            required
            min={1}
            max={1_900}
            placeholder="1536"
            hint="How many numbers a vector of it has, 1,900 at most."
          />
          <TextField
            label="API key"
            name="apiKey"
            type="password"
            autoComplete="off"
            required={kind === "openai"}
            maxLength={500}
            hint="It is kept encrypted, and not shown again."
          />
        </>
      )}
      {change.isError && <ErrorNotice error={change.error} className="mt-4" />}
      <div className="mt-4 flex justify-end">
        <Button
          type="submit"
          variant="primary"
          size="medium"
          busy={change.isPending}
          disabled={!isServer && kind === settings.current.kind}
        >
          {change.isPending ? "Trying it…" : "Change"}
        </Button>
      </div>
    </form>
  );
}

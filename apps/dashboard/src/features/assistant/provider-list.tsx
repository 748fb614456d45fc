import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { TextField } from "../../forms/field.tsx";
import { Notice } from "../../forms/notice.tsx";
import { SettingsSection } from "../settings/settings-page.tsx";
import { ProviderForm } from "./provider-form.tsx";
import { kindLabels, type ModelSettings, type Provider, useModelActions } from "./use-models.ts";

type ProviderListProps = Pick<ModelSettings, "providers" | "models" | "known">;

/** Where models come from, each with its key. */
export function ProviderList({ providers, models, known }: ProviderListProps) {
  const [isAdding, setIsAdding] = useState(false);
  return (
    <SettingsSection
      title="Providers"
      lead="Whose models the workspace uses, by which key."
      flush
      aside={
        !isAdding && (
          <Button onClick={() => setIsAdding(true)}>
            <Plus aria-hidden className="size-4" />
            Add a provider
          </Button>
        )
      }
    >
      {isAdding && (
        <div className="border-b border-line px-4 py-4 last:border-b-0 md:px-5">
          <ProviderForm onDone={() => setIsAdding(false)} />
        </div>
      )}
      {providers.length > 0 && (
        <ul aria-label="Providers" className="divide-y divide-line">
          {providers.map((provider) => (
            <ProviderRow
              key={provider.id}
              provider={provider}
              tryFirst={
                models.find(({ providerId }) => providerId === provider.id)?.name ??
                known.find(({ kind }) => kind === provider.kind)?.name ??
                ""
              }
            />
          ))}
        </ul>
      )}
    </SettingsSection>
  );
}

/** @param tryFirst the model that a test proposes */
function ProviderRow({ provider, tryFirst }: { provider: Provider; tryFirst: string }) {
  const { id, kind, name, baseUrl, keyHint } = provider;
  const { removeProvider, testProvider } = useModelActions();
  const [shown, setShown] = useState<"change" | "test" | "remove">();
  const close = () => {
    setShown(undefined);
    removeProvider.reset();
    testProvider.reset();
  };

  function test(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (testProvider.isPending) return;
    testProvider.mutate({ id, model: String(new FormData(event.currentTarget).get("model")).trim() });
  }

  return (
    <li className="px-4 py-3.5 md:px-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-64 text-sm">
          <p className="font-medium wrap-anywhere">{name}</p>
          <p className="mt-0.5 text-ink-soft wrap-anywhere">
            {kindLabels[kind]}
            {baseUrl && ` at ${baseUrl}`}
            {" · "}
            {keyHint ? (
              <>
                key{" "}
                <code dir="ltr" className="font-mono text-xs">
                  …{keyHint}
                </code>
              </>
            ) : (
              "without a key"
            )}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => setShown(shown === "test" ? undefined : "test")} aria-expanded={shown === "test"}>
            Test<span className="sr-only"> {name}</span>
          </Button>
          <Button
            onClick={() => setShown(shown === "change" ? undefined : "change")}
            aria-expanded={shown === "change"}
          >
            Change<span className="sr-only"> {name}</span>
          </Button>
          <Button onClick={() => setShown("remove")}>
            Remove<span className="sr-only"> {name}</span>
          </Button>
        </div>
      </div>
      {shown === "test" && (
        <form onSubmit={test} aria-label={`Test ${name}`} className="mt-3 max-w-110">
          <div className="flex items-end gap-2">
            <TextField
              className="!mt-0 grow"
              label="Model"
              name="model"
              required
              maxLength={200}
              defaultValue={tryFirst}
              autoComplete="off"
            />
            <Button type="submit" size="medium" busy={testProvider.isPending}>
              {testProvider.isPending ? "Asking…" : "Ask it"}
            </Button>
          </div>
          <div role="status" className="mt-3">
            {testProvider.data && (
              <Notice tone={testProvider.data.works ? "good" : "bad"}>
                {testProvider.data.works
                  ? `It works: it answered within ${testProvider.data.durationMs} ms.`
                  : `It does not work: ${testProvider.data.reason}.`}
              </Notice>
            )}
          </div>
          {testProvider.isError && <ErrorNotice error={testProvider.error} className="mt-3" />}
        </form>
      )}
      {shown === "change" && (
        <div className="mt-3">
          <ProviderForm provider={provider} onDone={close} />
        </div>
      )}
      {shown === "remove" && (
        <ConfirmDialog
          title={`Remove ${name}?`}
          action="Remove"
          busyAction="Removing…"
          busy={removeProvider.isPending}
          error={removeProvider.isError && <ErrorNotice error={removeProvider.error} />}
          onConfirm={() => removeProvider.mutate(id, { onSuccess: close })}
          onClosed={close}
        >
          <p>Its key and its models go with it. Receipts keep their names.</p>
        </ConfirmDialog>
      )}
    </li>
  );
}

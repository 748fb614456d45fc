import { ChevronDown, ChevronUp, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { SettingsSection } from "../settings/settings-page.tsx";
import { describeSource, formatPrice } from "./format-price.ts";
import { levels, ModelForm } from "./model-form.tsx";
import { PriceForm } from "./price-form.tsx";
import { type ListedModel, type ModelSettings, useModelActions } from "./use-models.ts";

/** The models by tier, in the order in which they are asked. */
export function ModelList({ providers, models, known, installation, quality }: ModelSettings) {
  const [isAdding, setIsAdding] = useState(false);
  const tiers = levels.filter((level) => models.some((model) => model.level === level));
  return (
    <SettingsSection
      title="Models"
      lead="The lowest tier that is expected to be right is asked first. Within a tier, the others stand in for the first."
      flush
      aside={
        providers.length > 0 &&
        !isAdding && (
          <Button onClick={() => setIsAdding(true)}>
            <Plus aria-hidden className="size-4" />
            Add a model
          </Button>
        )
      }
    >
      {isAdding && (
        <div className="border-b border-line px-4 py-4 md:px-5">
          <ModelForm providers={providers} known={known} onDone={() => setIsAdding(false)} />
        </div>
      )}
      <div className="divide-y divide-line">
        <Tier name="Built-in answerer">
          <p className="px-4 pb-3.5 text-sm text-ink-soft md:px-5">
            Quotes your documents, for nothing. It {quality !== "best" && "goes first where it is sure enough, and "}
            stands in where providers fail.
          </p>
        </Tier>
        {models.length === 0 && (
          <p className="px-4 py-3.5 text-sm md:px-5">
            {installation
              ? `As long as there is no model here, ${installation.model} of this installation writes what the built-in answerer is not sure of.${installation.isPriced ? "" : " Its price is unknown."}`
              : providers.length === 0
                ? "Add a provider, and then its models. As long as there is none, the built-in answerer writes every answer."
                : "As long as there is no model here, the built-in answerer writes every answer."}
          </p>
        )}
        {tiers.map((level) => {
          const list = models.filter((model) => model.level === level);
          return (
            <Tier key={level} name={`Tier ${level}`}>
              <ul aria-label={`Tier ${level}`} className="divide-y divide-line border-t border-line">
                {list.map((model, index) => (
                  <ModelRow
                    key={model.id}
                    model={model}
                    provider={providers.find(({ id }) => id === model.providerId)?.name ?? ""}
                    isFirst={index === 0}
                    isLast={index === list.length - 1}
                  />
                ))}
              </ul>
            </Tier>
          );
        })}
      </div>
    </SettingsSection>
  );
}

function Tier({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <h3 className="px-4 pt-3.5 pb-1.5 text-sm font-semibold md:px-5">{name}</h3>
      {children}
    </div>
  );
}

type ModelRowProps = { model: ListedModel; provider: string; isFirst: boolean; isLast: boolean };

function ModelRow({ model, provider, isFirst, isLast }: ModelRowProps) {
  const { id, providerId, name, level, enabled, price } = model;
  const { saveModel, removeModel, moveModel } = useModelActions();
  const [shown, setShown] = useState<"price" | "remove">();
  const save = (change: Partial<Pick<ListedModel, "level" | "enabled">>) =>
    saveModel.mutate({ id, providerId, name, level, enabled, ...change });
  const failed = (moveModel.submittedAt > saveModel.submittedAt ? moveModel : saveModel).error;
  return (
    <li className="px-4 py-3.5 md:px-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-64 text-sm">
          <p className="font-medium wrap-anywhere">
            {name} <span className="font-normal text-ink-soft">of {provider}</span>
          </p>
          <p className={price ? "mt-0.5 text-ink-soft" : "mt-0.5 text-warn"}>{formatPrice(price)}</p>
          <p className="mt-0.5 text-xs text-ink-soft">
            {price ? (
              price.source ? (
                <a href={price.source} target="_blank" rel="noreferrer" className="link">
                  {describeSource(price)}
                </a>
              ) : (
                describeSource(price)
              )
            ) : (
              "What its answers cost can't be told, and no budget holds it."
            )}
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-x-2 gap-y-3">
          <label className="flex cursor-pointer items-center gap-2 text-sm">
            <input
              type="checkbox"
              checked={enabled}
              disabled={saveModel.isPending}
              onChange={(event) => save({ enabled: event.currentTarget.checked })}
              className="size-4 accent-accent"
            />
            In use<span className="sr-only">: {name}</span>
          </label>
          <label className="flex items-center gap-2 text-sm">
            <span className="sr-only">Tier of {name}</span>
            <select
              value={level}
              disabled={saveModel.isPending}
              onChange={(event) => save({ level: Number(event.currentTarget.value) })}
              className="field h-8.5 ps-2 text-sm"
            >
              {levels.map((option) => (
                <option key={option} value={option}>
                  Tier {option}
                </option>
              ))}
            </select>
          </label>
          <Button
            size="icon"
            variant="quiet"
            disabled={isFirst}
            aria-label={`Move ${name} up`}
            onClick={() => moveModel.mutate({ id, direction: "up" })}
          >
            <ChevronUp aria-hidden className="size-4" />
          </Button>
          <Button
            size="icon"
            variant="quiet"
            disabled={isLast}
            aria-label={`Move ${name} down`}
            onClick={() => moveModel.mutate({ id, direction: "down" })}
          >
            <ChevronDown aria-hidden className="size-4" />
          </Button>
          {/* Together, also where they are too wide for the line. */}
          <span className="flex gap-2">
            <Button onClick={() => setShown(shown === "price" ? undefined : "price")} aria-expanded={shown === "price"}>
              Price<span className="sr-only"> of {name}</span>
            </Button>
            <Button onClick={() => setShown("remove")}>
              Remove<span className="sr-only"> {name}</span>
            </Button>
          </span>
        </div>
      </div>
      {failed && <ErrorNotice error={failed} className="mt-3" />}
      {shown === "price" && <PriceForm model={model} onDone={() => setShown(undefined)} />}
      {shown === "remove" && (
        <ConfirmDialog
          title={`Remove ${name}?`}
          action="Remove"
          busyAction="Removing…"
          busy={removeModel.isPending}
          error={removeModel.isError && <ErrorNotice error={removeModel.error} />}
          onConfirm={() => removeModel.mutate(id)}
          onClosed={() => {
            setShown(undefined);
            removeModel.reset();
          }}
        >
          <p>It writes no answers from now on. Receipts keep its name.</p>
        </ConfirmDialog>
      )}
    </li>
  );
}

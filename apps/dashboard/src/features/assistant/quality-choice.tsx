import type { AnswerQuality } from "@parley/contracts";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { SettingsSection } from "../settings/settings-page.tsx";
import { useModelActions } from "./use-models.ts";

const choices: readonly { quality: AnswerQuality; label: string; means: string }[] = [
  { quality: "economical", label: "Economical", means: "Whoever is cheapest, unless much is gained by asking better." },
  { quality: "balanced", label: "Balanced", means: "The cheapest that is about as likely to be right as the best." },
  { quality: "best", label: "Best", means: "The highest tier always, whatever it costs." },
];

/** How sure a cheaper answer has to be. */
export function QualityChoice({ quality }: { quality: AnswerQuality }) {
  const { setQuality } = useModelActions();
  const chosen = setQuality.isPending ? setQuality.variables : quality;
  return (
    <SettingsSection
      title="Who is asked first"
      lead="An answer that fails a check is asked for once more, of the next tier."
    >
      <fieldset>
        <legend className="sr-only">Who is asked first</legend>
        <div className="grid gap-3 sm:grid-cols-3">
          {choices.map(({ quality: option, label, means }) => (
            <label
              key={option}
              className="flex cursor-pointer items-start gap-2.5 rounded-control border border-edge p-3 text-sm has-checked:border-accent"
            >
              <input
                type="radio"
                name="quality"
                value={option}
                checked={chosen === option}
                onChange={() => setQuality.mutate(option)}
                className="mt-0.5 size-4 shrink-0 accent-accent"
              />
              <span>
                <span className="font-medium">{label}</span>
                <span className="mt-0.5 block text-ink-soft">{means}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {setQuality.isError && <ErrorNotice error={setQuality.error} className="mt-3" />}
    </SettingsSection>
  );
}

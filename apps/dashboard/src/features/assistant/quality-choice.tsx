import type { AnswerQuality } from "@parley/contracts";
import { type Choice, ChoiceCards } from "../../components/choice-cards.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { SettingsSection } from "../settings/settings-page.tsx";
import { measuredSavings } from "./measured-savings.ts";
import { useModelActions } from "./use-models.ts";

const choices: readonly Choice<AnswerQuality>[] = [
  { value: "economical", label: "Economical", means: "Whoever is cheapest, unless much is gained by asking better." },
  { value: "balanced", label: "Balanced", means: "The cheapest that is about as likely to be right as the best." },
  { value: "best", label: "Best", means: "The highest tier always, whatever it costs." },
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
        <ChoiceCards name="quality" choices={choices} chosen={chosen} onChoose={(value) => setQuality.mutate(value)} />
      </fieldset>
      <p className="mt-3 text-sm text-ink-soft">
        In Parley's own benchmark, on two sets of questions, Economical saved {toWords(measuredSavings.economical)} of
        what the large model alone would have cost, and Balanced {toWords(measuredSavings.balanced)}. How good models'
        answers are was not measured there.
      </p>
      {setQuality.isError && <ErrorNotice error={setQuality.error} className="mt-3" />}
    </SettingsSection>
  );
}

/** `79 % and 36 %`; once where both are the same. */
function toWords([first, second]: readonly [number, number]): string {
  return first === second ? `${first} %` : `${first} % and ${second} %`;
}

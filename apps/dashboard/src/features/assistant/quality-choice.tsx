import type { AnswerQuality } from "@parley/contracts";
import { type Choice, ChoiceCards } from "../../components/choice-cards.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { SettingsSection } from "../settings/settings-page.tsx";
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
      {setQuality.isError && <ErrorNotice error={setQuality.error} className="mt-3" />}
    </SettingsSection>
  );
}

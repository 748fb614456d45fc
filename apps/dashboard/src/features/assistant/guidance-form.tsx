import { type AssistantSettings, type AssistantTone, assistantLimits } from "@parley/contracts";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { classNames } from "../../components/class-names.ts";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { TextField } from "../../forms/field.tsx";
import { SelectField } from "../../forms/select-field.tsx";
import { TextAreaField } from "../../forms/text-area-field.tsx";
import { SettingsSection } from "../settings/settings-page.tsx";
import { GuidancePreview } from "./guidance-preview.tsx";
import { parseHosts } from "./parse-hosts.ts";
import { tones } from "./tones.ts";
import type { Settings } from "./use-settings.ts";

type GuidanceFormProps = {
  settings: Settings;
  mayChange: boolean;
  busy: boolean;
  saved: boolean;
  /** What was saved is not in use before it is published. */
  waits: boolean;
  /** Something is written that is not saved. */
  touched: boolean;
  error: unknown;
  onTouch: () => void;
  onSave: (settings: AssistantSettings) => void;
};

export function GuidanceForm(props: GuidanceFormProps) {
  const { settings, mayChange, busy, saved, waits, touched, error, onTouch, onSave } = props;
  const { version: _, linkHosts, ...texts } = settings;
  const [draft, setDraft] = useState(texts);
  const [hosts, setHosts] = useState(linkHosts.join("\n"));
  const parsed = parseHosts(hosts);
  const hostError =
    parsed.wrong.length > 0
      ? `${parsed.wrong.join(", ")}: a host is a name such as docs.example.com, without https:// and path.`
      : parsed.hosts.length > assistantLimits.linkHosts
        ? `There may be ${assistantLimits.linkHosts} of them.`
        : undefined;

  const set = <K extends keyof typeof draft>(field: K, value: (typeof draft)[K]) => {
    setDraft((before) => ({ ...before, [field]: value }));
    onTouch();
  };

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!busy && !hostError) onSave({ ...draft, linkHosts: parsed.hosts });
  }

  const left = (field: "guidance") => assistantLimits[field] - draft[field].length;
  return (
    <form onSubmit={submit} aria-label="Guidance" className="flex flex-col gap-5 lg:grid lg:grid-cols-[3fr_2fr]">
      <fieldset disabled={!mayChange || busy} className="min-w-0 space-y-5">
        <SettingsSection title="Name and tone">
          <TextField
            className="!mt-0"
            label="Name"
            autoComplete="off"
            maxLength={assistantLimits.name}
            value={draft.name}
            onChange={({ target }) => set("name", target.value)}
            hint="Visitors see it above the answers. Empty: as the inbox calls it."
          />
          <SelectField
            className="mt-4"
            label="Tone"
            value={draft.tone}
            onChange={({ target }) => set("tone", target.value as AssistantTone)}
          >
            {tones.map(({ tone, label, means }) => (
              <option key={tone} value={tone}>
                {label}: {means}
              </option>
            ))}
          </SelectField>
          <TextField
            label="The tone in your words"
            autoComplete="off"
            maxLength={assistantLimits.toneWords}
            value={draft.toneWords}
            onChange={({ target }) => set("toneWords", target.value)}
          />
        </SettingsSection>
        <SettingsSection
          title="Guidance"
          lead="For language models, in Markdown. It lifts no rule: answers rest on your documents alone. What visitors may read word for word, write behind “> ”. No secrets: a model may tell them in other words."
        >
          <TextAreaField
            label="Guidance"
            rows={8}
            maxLength={assistantLimits.guidance}
            value={draft.guidance}
            onChange={({ target }) => set("guidance", target.value)}
            hint={`${left("guidance").toLocaleString("en")} characters left`}
          />
        </SettingsSection>
        <SettingsSection title="When it does not know">
          <TextAreaField
            label="What it says then"
            maxLength={assistantLimits.unknownText}
            value={draft.unknownText}
            onChange={({ target }) => set("unknownText", target.value)}
            hint="To whoever asks in the same language; to others, and while this is empty, its own words. A person is offered in any case."
          />
        </SettingsSection>
        <SettingsSection title="Hand-off">
          <label className="flex cursor-pointer items-start gap-2.5 text-sm">
            <input
              type="checkbox"
              checked={draft.mayHandOff}
              onChange={({ target }) => set("mayHandOff", target.checked)}
              className="mt-0.5 size-4 shrink-0 accent-accent"
            />
            <span>
              A language model may hand a conversation to a person
              <span className="block text-ink-soft">
                When a visitor asks for one in their own words. Words in a document may talk it into that as well. In
                any case visitors have a button for it.
              </span>
            </span>
          </label>
        </SettingsSection>
        <SettingsSection title="Links">
          <TextAreaField
            label="Hosts that answers may link to"
            value={hosts}
            spellCheck={false}
            onChange={({ target }) => {
              setHosts(target.value);
              onTouch();
            }}
            error={hostError}
            hint="One a line. Besides, answers link only where the documents link that they are made from."
          />
        </SettingsSection>
      </fieldset>
      <div className="contents lg:sticky lg:top-4 lg:block lg:space-y-4 lg:self-start">
        <GuidancePreview name={draft.name} unknownText={draft.unknownText} guidance={draft.guidance} />
        {error !== null && error !== undefined && <ErrorNotice error={error} />}
        {mayChange && (
          <div
            className={classNames(
              "flex items-center gap-3",
              // On a phone what is written is far from it.
              touched &&
                "max-lg:sticky max-lg:bottom-3 max-lg:z-10 max-lg:rounded-card max-lg:border max-lg:border-line max-lg:bg-raised max-lg:p-3 max-lg:shadow-xl",
            )}
          >
            <Button type="submit" variant="primary" size="medium" busy={busy}>
              {busy ? "Saving…" : "Save"}
            </Button>
            <span role="status" className="text-sm text-good">
              {saved && !touched && `Saved: answers go by it ${waits ? "once it is published" : "from now on"}`}
            </span>
            {touched && !busy && <span className="text-sm text-ink-soft">Not saved yet</span>}
          </div>
        )}
      </div>
    </form>
  );
}

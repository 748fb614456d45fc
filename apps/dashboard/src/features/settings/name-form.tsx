import type { FormEvent, ReactNode } from "react";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../forms/field.tsx";
import { SettingsSection } from "./settings-page.tsx";

type NameFormProps = {
  lead: string;
  /** What the form does, such as `Rename the workspace`. */
  purpose: string;
  label: string;
  value: string;
  /** In characters. */
  maxLength: number;
  autoComplete: "name" | "organization";
  error: string | undefined;
  /** Why it was not saved, where the name is not to blame. */
  notice: ReactNode;
  busy: boolean;
  saved: boolean;
  onSave: (name: string) => void;
};

/** What somebody or something is called. */
export function NameForm({ lead, purpose, notice, busy, saved, onSave, value, ...field }: NameFormProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!busy) onSave(String(new FormData(event.currentTarget).get("name")).trim());
  }

  return (
    <SettingsSection title="Name" lead={lead}>
      <form onSubmit={submit} aria-label={purpose} className="max-w-90">
        {notice}
        <TextField {...field} className="!mt-0" name="name" required defaultValue={value} />
        <div className="mt-4 flex items-center gap-3">
          <Button type="submit" size="medium" busy={busy}>
            {busy ? "Saving…" : "Save"}
          </Button>
          <span role="status" className="text-sm text-good">
            {saved && "Saved"}
          </span>
        </div>
      </form>
    </SettingsSection>
  );
}

import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { Notice } from "../../forms/notice.tsx";
import { TextAreaField } from "../../forms/text-area-field.tsx";
import { SettingsSection } from "../settings/settings-page.tsx";
import { type ListedTool, useToolActions } from "./use-tools.ts";

const nothing = () => undefined;

/** Asks the server once, as it is saved, for no contact. */
export function ToolTrial({ tool }: { tool: ListedTool }) {
  const { test } = useToolActions(nothing);
  const [given, setGiven] = useState("{}");
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!test.isPending) test.mutate({ id: tool.id, given });
  }
  const result = test.data;
  return (
    <SettingsSection title="Try it" lead="As it is saved, and for no contact.">
      <form onSubmit={submit} aria-label="Try it" className="max-w-160 space-y-4">
        <TextAreaField
          label="Arguments, as JSON"
          isCode
          value={given}
          onChange={({ target }) => setGiven(target.value)}
        />
        <Button type="submit" busy={test.isPending}>
          {test.isPending ? "Asking…" : "Ask the server"}
        </Button>
        {test.isError && <ErrorNotice error={test.error} />}
        {result && (
          <Notice tone={result.outcome === "ok" ? "good" : "warn"} role="status">
            {result.outcome === "ok" ? `It answered after ${result.durationMs} ms: ${result.text}` : result.detail}
          </Notice>
        )}
      </form>
    </SettingsSection>
  );
}

import { type HttpToolId, httpToolLimits } from "@parley/contracts";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { TextField } from "../../forms/field.tsx";
import { SelectField } from "../../forms/select-field.tsx";
import { TextAreaField } from "../../forms/text-area-field.tsx";
import { SettingsSection } from "../settings/settings-page.tsx";
import { describeSchemaFault, findJsonFault } from "./json-fault.ts";
import { parseHeaders } from "./parse-headers.ts";
import { type ListedTool, useToolActions } from "./use-tools.ts";

const example = `{
  "type": "object",
  "properties": { "order": { "type": "string", "description": "The order's number" } },
  "required": ["order"]
}`;

type ToolFormProps = {
  tool: ListedTool | undefined;
  /** Something is written that is not saved. */
  onTouch: () => void;
  onClose: () => void;
};

/** Adds a tool, or changes one. Secrets that are kept are named, and not shown. */
export function ToolForm({ tool, onTouch, onClose }: ToolFormProps) {
  const { save } = useToolActions(onClose);
  const [id] = useState(() => tool?.id ?? (crypto.randomUUID() as HttpToolId));
  const [parameters, setParameters] = useState(tool?.parameters ?? example);
  const jsonFault = findJsonFault(parameters);
  // What the server said of these words; of others it has said nothing.
  const refused = describeSchemaFault(save.error);
  const schemaFault = save.variables?.parameters === parameters ? refused : undefined;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (save.isPending || jsonFault) return;
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name)).trim();
    save.mutate({
      id,
      name: text("name"),
      description: text("description"),
      method: text("method") === "POST" ? "POST" : "GET",
      url: text("url"),
      parameters,
      headers: parseHeaders(text("headers")),
      sendsContact: form.has("sendsContact"),
      enabled: form.has("enabled"),
    });
  }

  const title = tool ? `Change ${tool.name}` : "A new tool";
  return (
    <SettingsSection title={title}>
      <form onSubmit={submit} onChange={onTouch} aria-label={title} className="max-w-160">
        {save.isError && !refused && <ErrorNotice error={save.error} className="mb-4" />}
        <TextField
          className="!mt-0"
          label="Name"
          name="name"
          required
          autoFocus
          autoComplete="off"
          pattern="[a-z][a-z0-9_]{0,39}"
          defaultValue={tool?.name}
          hint="As models call it: small letters, digits and _, such as find_order."
        />
        <TextAreaField
          className="mt-4"
          label="What it is for"
          name="description"
          required
          maxLength={httpToolLimits.description}
          defaultValue={tool?.description}
          hint="Models read it to tell when to use it."
        />
        <SelectField className="mt-4" label="Method" name="method" defaultValue={tool?.method ?? "GET"}>
          <option>GET</option>
          <option>POST</option>
        </SelectField>
        <TextField
          label="Address"
          name="url"
          type="url"
          required
          maxLength={httpToolLimits.url}
          defaultValue={tool?.url}
          hint="Arguments stand behind the host, as in https://shop.example/orders/{order}; others go into the query, or by POST into the body."
        />
        <TextAreaField
          className="mt-4"
          label="Arguments, as JSON Schema"
          rows={6}
          isCode
          maxLength={httpToolLimits.parameters}
          value={parameters}
          onChange={({ target }) => setParameters(target.value)}
          error={jsonFault ?? schemaFault}
          hint="Of an object; without patterns, formats and references."
        />
        <TextAreaField
          className="mt-4"
          label="Headers"
          name="headers"
          isCode
          autoComplete="off"
          defaultValue={tool?.headerNames.join("\n")}
          hint="One a line, such as Authorization: Bearer …. Values are encrypted and never shown again; a name alone keeps the value that it has, at the same scheme, host and port."
        />
        <Check
          name="sendsContact"
          checked={tool?.sendsContact ?? true}
          label="Say which contact asks"
          means="Our id of the contact goes along in the header Parley-Contact. It comes from the server, never from a model."
        />
        <Check name="enabled" checked={tool?.enabled ?? true} label="Models may use it" means="" />
        <div className="mt-5 flex gap-2">
          <Button type="submit" variant="primary" size="medium" busy={save.isPending}>
            {save.isPending ? "Saving…" : "Save the tool"}
          </Button>
          <Button size="medium" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </SettingsSection>
  );
}

type CheckProps = { name: string; checked: boolean; label: string; means: string };

function Check({ name, checked, label, means }: CheckProps) {
  return (
    <label className="mt-4 flex cursor-pointer items-start gap-2.5 text-sm">
      <input type="checkbox" name={name} defaultChecked={checked} className="mt-0.5 size-4 shrink-0 accent-accent" />
      <span>
        {label}
        {means && <span className="block text-ink-soft">{means}</span>}
      </span>
    </label>
  );
}

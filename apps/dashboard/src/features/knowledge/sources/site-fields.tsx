import type { SiteSettings } from "@parley/contracts";
import type { ComponentProps } from "react";
import { FieldFrame, TextField } from "../../../forms/field.tsx";
import { SelectField } from "../../../forms/select-field.tsx";
import { crawlSchedules } from "./crawl-schedules.ts";

/** What a form of these fields holds. @throws never: what makes no sense, the server refuses */
export function readSiteFields(form: HTMLFormElement): SiteSettings {
  const given = new FormData(form);
  const text = (name: string) => String(given.get(name) ?? "").trim();
  const lines = (name: string) =>
    text(name)
      .split(/\s*\n\s*/)
      .filter(Boolean);
  return {
    address: text("address"),
    include: lines("include"),
    exclude: lines("exclude"),
    depth: Number(text("depth")),
    pages: Number(text("pages")),
    schedule: text("schedule") as SiteSettings["schedule"],
  };
}

type SiteFieldsProps = {
  /** What is read at present; absent for a new one. */
  site?: SiteSettings | undefined;
  /** What is wrong with the address, and how to mend it. */
  addressError?: string | undefined;
};

/** What of a site is read, and how often. */
export function SiteFields({ site, addressError }: SiteFieldsProps) {
  return (
    <>
      <TextField
        label="Where reading begins"
        name="address"
        type="url"
        required
        maxLength={1_000}
        pattern="https?://.+"
        title="An address that begins with https:// or http://"
        autoComplete="off"
        placeholder="https://docs.example.com/"
        dir="ltr"
        defaultValue={site?.address}
        error={addressError}
        hint="Its links and its sitemap are followed, below this folder. What robots.txt forbids is left alone."
      />
      <SelectField label="How often" name="schedule" className="mt-4" defaultValue={site?.schedule ?? "daily"}>
        {crawlSchedules.map(({ schedule, label }) => (
          <option key={schedule} value={schedule}>
            {label}
          </option>
        ))}
      </SelectField>
      <details className="mt-4" open={site !== undefined && hasOptions(site)}>
        <summary className="link w-fit text-sm">Which pages</summary>
        <Lines
          label="Only these paths"
          name="include"
          defaultValue={site?.include.join("\n")}
          placeholder="/help/*.html$"
          hint="One a line, from the path's beginning: * is any text, $ the end. None: all below the address's folder."
        />
        <Lines
          label="Not these paths"
          name="exclude"
          defaultValue={site?.exclude.join("\n")}
          placeholder="/help/old/"
        />
        <div className="grid gap-x-4 sm:grid-cols-2">
          <TextField
            label="Links to follow from there, at most"
            name="depth"
            type="number"
            required
            min={0}
            max={100}
            defaultValue={site?.depth ?? 5}
            hint="0 reads this one page."
          />
          <TextField
            label="Pages to ask for, at most"
            name="pages"
            type="number"
            required
            min={1}
            max={10_000}
            defaultValue={site?.pages ?? 1_000}
            hint="From 1 to 10,000."
          />
        </div>
      </details>
    </>
  );
}

const hasOptions = ({ include, exclude, depth, pages }: SiteSettings) =>
  include.length > 0 || exclude.length > 0 || depth !== 5 || pages !== 1_000;

type LinesProps = ComponentProps<"textarea"> & Pick<ComponentProps<typeof FieldFrame>, "label" | "hint">;

function Lines({ label, hint, ...props }: LinesProps) {
  return (
    <FieldFrame label={label} hint={hint} className="mt-4">
      {(field) => (
        <textarea
          {...field}
          {...props}
          rows={3}
          dir="ltr"
          spellCheck={false}
          className="field mt-1.5 w-full resize-y px-3 py-2 font-mono text-sm"
        />
      )}
    </FieldFrame>
  );
}

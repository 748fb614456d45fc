import type { DocumentState } from "@parley/contracts";
import { statusLabels } from "../document-status.tsx";
import { type FoundDocuments, parseFoundDocuments } from "../found-documents.ts";

/** What of a source's page stands in the address. */
export type SourceSearch = FoundDocuments & { state?: DocumentState };

const states = Object.keys(statusLabels) as DocumentState[];

/** Reads the address; what makes no sense is left out. */
export function parseSourceSearch({ state, ...search }: Record<string, unknown>): SourceSearch {
  const known = states.find((each) => each === state);
  return { ...parseFoundDocuments(search), ...(known && { state: known }) };
}

type StateFilterProps = { state: DocumentState | undefined; onChange: (state: string) => void };

/** Shows the documents in one state alone. */
export function StateFilter({ state, onChange }: StateFilterProps) {
  return (
    <label className="flex items-center gap-2 text-sm">
      <span className="text-ink-soft">Show</span>
      <select className="field h-8.5 ps-2.5" value={state ?? ""} onChange={({ target }) => onChange(target.value)}>
        <option value="">All</option>
        {states.map((each) => (
          <option key={each} value={each}>
            {statusLabels[each]}
          </option>
        ))}
      </select>
    </label>
  );
}

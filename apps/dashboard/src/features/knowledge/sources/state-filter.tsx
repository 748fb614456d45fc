import type { DocumentState, SourceId } from "@parley/contracts";
import { useNavigate } from "@tanstack/react-router";
import { statusLabels } from "../document-status.tsx";

/** What of a source's page stands in the address. */
export type SourceSearch = { state?: DocumentState };

const states = Object.keys(statusLabels) as DocumentState[];

/** Reads the address; what makes no sense is left out. */
export function parseSourceSearch({ state }: Record<string, unknown>): SourceSearch {
  const known = states.find((each) => each === state);
  return known ? { state: known } : {};
}

/** Shows the documents in one state alone. */
export function StateFilter({ sourceId, state }: { sourceId: SourceId; state: DocumentState | undefined }) {
  const navigate = useNavigate();
  return (
    <label className="flex items-center gap-2 text-sm">
      <span className="text-ink-soft">Show</span>
      <select
        className="field h-8.5 ps-2.5"
        value={state ?? ""}
        onChange={({ target }) =>
          void navigate({
            to: "/knowledge/sources/$sourceId",
            params: { sourceId },
            search: parseSourceSearch({ state: target.value }),
            replace: true,
          })
        }
      >
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

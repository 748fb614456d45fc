import { Age } from "../../components/age.tsx";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { SettingsSection } from "../settings/settings-page.tsx";
import { changedFields } from "./changed-fields.ts";
import { useSettingsVersions } from "./use-settings.ts";

type VersionListProps = {
  inUse: number;
  mayChange: boolean;
  /** The version that is being brought back. */
  busyWith: number | undefined;
  error: unknown;
  onRestore: (version: number) => void;
};

/** What the assistant was told before, by whom; each version can be brought back. */
export function VersionList({ inUse, mayChange, busyWith, error, onRestore }: VersionListProps) {
  const query = useSettingsVersions();
  const versions = query.data ?? [];
  return (
    <SettingsSection title="Versions" lead="Nothing is lost: each change is kept, and can be taken back." flush>
      {query.isError && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} className="m-4" />}
      {error !== null && error !== undefined && <ErrorNotice error={error} className="m-4" />}
      <ul aria-label="Versions" className="divide-y divide-line">
        {versions.map((version, index) => {
          const changed = changedFields(version, versions[index + 1]);
          return (
            <li key={version.version} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 md:px-5">
              <div className="min-w-0 grow basis-56">
                <p className="font-medium">
                  Version {version.version}
                  {version.restored !== null && (
                    <span className="font-normal text-ink-soft">, as version {version.restored} was</span>
                  )}
                </p>
                <p className="text-sm text-ink-soft wrap-anywhere">
                  {version.changedBy ?? "Somebody"}, <Age at={version.changedAt} />
                  {changed && ` · changed: ${changed}`}
                </p>
              </div>
              <Restoring version={version.version} {...{ inUse, mayChange, busyWith, onRestore }} />
            </li>
          );
        })}
        <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 md:px-5">
          <p className="min-w-0 grow font-medium">As it came</p>
          <Restoring version={0} {...{ inUse, mayChange, busyWith, onRestore }} />
        </li>
      </ul>
    </SettingsSection>
  );
}

type RestoringProps = Omit<VersionListProps, "error"> & { version: number };

function Restoring({ version, inUse, mayChange, busyWith, onRestore }: RestoringProps) {
  if (version === inUse) return <span className="text-sm text-good">In use</span>;
  if (!mayChange) return null;
  const busy = busyWith === version;
  return (
    <Button
      busy={busy}
      disabled={busyWith !== undefined && !busy}
      aria-label={version === 0 ? "Restore what it came with" : `Restore version ${version}`}
      onClick={() => onRestore(version)}
    >
      {busy ? "Restoring…" : "Restore"}
    </Button>
  );
}

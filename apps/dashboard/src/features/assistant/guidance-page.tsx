import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { Notice } from "../../forms/notice.tsx";
import { useMember } from "../../session/session.ts";
import { KeptFocus } from "../settings/kept-focus.tsx";
import { AssistantFrame } from "./assistant-frame.tsx";
import { GuidanceForm } from "./guidance-form.tsx";
import { useSettings, useSettingsActions } from "./use-settings.ts";
import { VersionList } from "./version-list.tsx";

/** What the assistant is called and told, and what it was told before. */
export function GuidancePage() {
  const { member } = useMember();
  const query = useSettings();
  const { change, restore } = useSettingsActions();
  const mayChange = member.role === "owner" || member.role === "admin";
  return (
    <AssistantFrame
      title="Guidance"
      lead="What the assistant is called, how it sounds, and what you ask of its answers."
    >
      {query.isPending && (
        <div role="status" className="space-y-4">
          <span className="sr-only">Loading the settings</span>
          <Skeleton className="h-64 w-full" />
        </div>
      )}
      {query.isError && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && (
        <KeptFocus className="space-y-5">
          {!mayChange && <Notice tone="plain">Owners and admins of the workspace can change this.</Notice>}
          <GuidanceForm
            key={query.data.version}
            settings={query.data}
            mayChange={mayChange}
            busy={change.isPending}
            saved={change.isSuccess}
            error={change.error}
            onSave={(settings) => {
              restore.reset();
              change.mutate({ basedOn: query.data.version, settings });
            }}
          />
          <VersionList
            inUse={query.data.version}
            mayChange={mayChange}
            busyWith={restore.isPending ? restore.variables.version : undefined}
            error={restore.error}
            onRestore={(version) => {
              change.reset();
              restore.mutate({ basedOn: query.data.version, version });
            }}
          />
        </KeptFocus>
      )}
    </AssistantFrame>
  );
}

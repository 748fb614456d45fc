import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { UnsavedGuard } from "../../components/unsaved-guard.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { Notice } from "../../forms/notice.tsx";
import { useMember } from "../../session/session.ts";
import { KeptFocus } from "../settings/kept-focus.tsx";
import { AssistantFrame } from "./assistant-frame.tsx";
import { GuidanceForm } from "./guidance-form.tsx";
import { useHeldSettings, useSettings, useSettingsActions } from "./use-settings.ts";
import { VersionList } from "./version-list.tsx";

/** What the assistant is called and told, and what it was told before. */
export function GuidancePage() {
  const { member } = useMember();
  const query = useSettings();
  const heldQuery = useHeldSettings();
  const held = heldQuery.data;
  const seen = { basedOn: query.data?.version ?? 0, basedOnHeld: held?.seen };
  const { change, restore } = useSettingsActions();
  const [touched, setTouched] = useState(false);
  /** The version that is to come in place of what is half written. */
  const [asked, setAsked] = useState<number>();
  function bringBack(version: number) {
    change.reset();
    restore.mutate({ ...seen, version }, { onSuccess: () => setTouched(false), onSettled: () => setAsked(undefined) });
  }
  const mayChange = member.role === "owner" || member.role === "admin";
  return (
    <AssistantFrame
      title="Guidance"
      lead="What the assistant is called, how it sounds, and what you ask of its answers."
    >
      {(query.isPending || heldQuery.isPending) && (
        <div role="status" className="space-y-4">
          <span className="sr-only">Loading the settings</span>
          <Skeleton className="h-64 w-full" />
        </div>
      )}
      {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {heldQuery.isError && !heldQuery.data && (
        <ErrorNotice error={heldQuery.error} onRetry={() => void heldQuery.refetch()} />
      )}
      {query.data && held !== undefined && (
        <KeptFocus className="space-y-5">
          {!mayChange && <Notice tone="plain">Owners and admins of the workspace can change this.</Notice>}
          {held && (
            <Notice tone="warn">
              What you see here waits to be published: answers go by version {query.data.version} until then.{" "}
              <Link to="/tests/changes" className="link">
                Look at the changes
              </Link>
            </Notice>
          )}
          <GuidanceForm
            key={`${query.data.version} ${held?.seen ?? ""}`}
            settings={{ ...query.data, ...held?.settings }}
            waits={held !== null}
            mayChange={mayChange}
            busy={change.isPending}
            saved={change.isSuccess}
            touched={touched}
            error={change.error}
            onTouch={() => setTouched(true)}
            onSave={(settings) => {
              restore.reset();
              change.mutate({ ...seen, settings }, { onSuccess: () => setTouched(false) });
            }}
          />
          <VersionList
            inUse={query.data.version}
            mayChange={mayChange}
            busyWith={restore.isPending ? restore.variables.version : undefined}
            error={restore.error}
            onRestore={(version) => (touched ? setAsked(version) : bringBack(version))}
          />
          <UnsavedGuard unsaved={touched && mayChange} />
          {asked !== undefined && (
            <ConfirmDialog
              title={asked === 0 ? "Restore what it came with?" : `Restore version ${asked}?`}
              action="Restore"
              busyAction="Restoring…"
              busy={restore.isPending}
              onConfirm={() => bringBack(asked)}
              onClosed={() => setAsked(undefined)}
            >
              <p>What you have changed above and not saved is lost.</p>
            </ConfirmDialog>
          )}
        </KeptFocus>
      )}
    </AssistantFrame>
  );
}

import { useBlocker } from "@tanstack/react-router";
import { ConfirmDialog } from "./confirm-dialog.tsx";

/** Asks whoever turns to another page, or leaves the dashboard, before what they have not saved is lost. */
export function UnsavedGuard({ unsaved }: { unsaved: boolean }) {
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => unsaved && current.pathname !== next.pathname,
    enableBeforeUnload: unsaved,
    withResolver: true,
  });
  if (leaving.status !== "blocked") return null;
  return (
    <ConfirmDialog
      title="Leave without saving?"
      action="Leave"
      busyAction="Leaving…"
      busy={false}
      onConfirm={leaving.proceed}
      onClosed={leaving.reset}
    >
      <p>What you changed on this page is lost.</p>
    </ConfirmDialog>
  );
}

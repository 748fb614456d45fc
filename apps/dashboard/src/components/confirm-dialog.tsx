import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type ReactNode, useState } from "react";
import { Button } from "./button.tsx";

type ConfirmDialogProps = {
  title: string;
  /** What follows from it. */
  children: ReactNode;
  /** The verb, such as `Remove`. */
  action: string;
  busyAction: string;
  /** It did not work: shown in the dialog. */
  error?: ReactNode;
  busy: boolean;
  onConfirm: () => void;
  /** The dialog has gone. */
  onClosed: () => void;
};

/** Asks before something that is not easily undone. Shown as long as it is there; Escape and Cancel close it. */
export function ConfirmDialog({
  title,
  children,
  action,
  busyAction,
  error,
  busy,
  onConfirm,
  onClosed,
}: ConfirmDialogProps) {
  const [open, setOpen] = useState(true);
  return (
    <AlertDialog.Root open={open} onOpenChange={setOpen} onOpenChangeComplete={(isOpen) => !isOpen && onClosed()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop z-40" />
        <AlertDialog.Popup className="popup fixed inset-x-4 top-[18dvh] z-40 mx-auto max-h-[76dvh] max-w-110 overflow-y-auto rounded-card border border-line bg-raised p-5 shadow-xl">
          <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="mt-2 text-ink-soft">
            {children}
          </AlertDialog.Description>
          {error && <div className="mt-3">{error}</div>}
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Close render={<Button size="medium" />}>Cancel</AlertDialog.Close>
            <Button size="medium" variant="danger" busy={busy} onClick={onConfirm}>
              {busy ? busyAction : action}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

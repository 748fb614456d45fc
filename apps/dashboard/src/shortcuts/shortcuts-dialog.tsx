import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { Fragment } from "react";
import { Button } from "../components/button.tsx";
import { Kbd } from "../components/kbd.tsx";
import { useStoredSetting } from "../stored-setting.ts";
import { letterShortcuts } from "./use-shortcuts.ts";

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);

const shortcuts: { does: string; keys: string[][] }[] = [
  { does: "Next conversation", keys: [["J"]] },
  { does: "Previous conversation", keys: [["K"]] },
  { does: "Move within the list", keys: [["↑"], ["↓"]] },
  { does: "Take over the conversation", keys: [["T"]] },
  { does: "Write a reply", keys: [["R"]] },
  { does: "Send the reply", keys: [[mac ? "⌘" : "Ctrl", "Enter"]] },
  { does: "Close what is open, or go back to the list", keys: [["Esc"]] },
  { does: "Show these shortcuts", keys: [["?"]] },
];

/** What the keyboard can do, and the switch for single-letter keys. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const setting = useStoredSetting(letterShortcuts);
  return (
    <Dialog.Root defaultOpen onOpenChangeComplete={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="popup fixed inset-x-4 top-[12dvh] mx-auto max-h-[76dvh] max-w-110 overflow-y-auto rounded-card border border-line bg-raised p-5 shadow-xl">
          <div className="flex items-center justify-between">
            <Dialog.Title className="text-lg font-semibold">Keyboard shortcuts</Dialog.Title>
            <Dialog.Close render={<Button variant="quiet" size="icon" aria-label="Close" />}>
              <X aria-hidden className="size-4.5" />
            </Dialog.Close>
          </div>
          <dl className="mt-3 divide-y divide-line text-sm">
            {shortcuts.map(({ does, keys }) => (
              <div key={does} className="flex items-center justify-between gap-4 py-2.5">
                <dt className="text-ink-soft">{does}</dt>
                <dd className="flex items-center gap-1.5">
                  {keys.map((together) => (
                    <Fragment key={together.join("+")}>
                      {together.map((key) => (
                        <Kbd key={key}>{key}</Kbd>
                      ))}
                    </Fragment>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
          <label className="mt-2 flex cursor-pointer items-center gap-2.5 rounded-control bg-sunken px-3 py-2.5 text-sm">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={setting === "on"}
              onChange={(event) => letterShortcuts.write(event.target.checked ? "on" : "off")}
            />
            Use single letters as shortcuts
          </label>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

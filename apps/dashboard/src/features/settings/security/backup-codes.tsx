import { Download, Printer } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "../../../components/button.tsx";
import { CopyButton } from "../../../components/copy-button.tsx";
import { saveFile } from "../../../components/save-file.ts";
import { useSession } from "../../../session/session.ts";

type BackupCodesProps = { codes: readonly string[]; onKept: () => void };

/** Shown once: to be copied, downloaded or printed. */
export function BackupCodes({ codes, onKept }: BackupCodesProps) {
  const { user } = useSession();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  function download() {
    const text = `Backup codes of Parley for ${user.email}\nEach works once.\n\n${codes.join("\n")}\n`;
    saveFile(new Blob([text], { type: "text/plain" }), "parley-backup-codes.txt");
  }

  return (
    <div>
      <div data-print>
        <h3 ref={heading} tabIndex={-1} className="font-semibold outline-none">
          Keep these backup codes
        </h3>
        <p className="mt-1 text-sm text-ink-soft">
          Each of them signs you in once when your phone is not at hand. They are not shown again.
        </p>
        <p className="hidden text-sm print:block">Parley, {user.email}</p>
        <ul
          aria-label="Backup codes"
          className="mt-3 grid max-w-110 grid-cols-2 gap-x-6 gap-y-1.5 rounded-control bg-sunken p-4"
        >
          {codes.map((code) => (
            <li key={code}>
              <code dir="ltr" className="font-mono text-sm">
                {code}
              </code>
            </li>
          ))}
        </ul>
      </div>
      <div className="mt-3 flex flex-wrap gap-2">
        <CopyButton text={codes.join("\n")} what="the backup codes" />
        <Button onClick={download}>
          <Download aria-hidden className="size-4" />
          Download
        </Button>
        <Button onClick={() => window.print()}>
          <Printer aria-hidden className="size-4" />
          Print
        </Button>
      </div>
      <Button variant="primary" size="medium" className="mt-5" onClick={onKept}>
        I have kept them
      </Button>
    </div>
  );
}

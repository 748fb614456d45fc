import type { AuditFilter } from "@parley/contracts";
import { useRouteContext } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../components/button.tsx";
import { saveFile } from "../../../components/save-file.ts";
import { SubmissionNotice } from "../../../forms/submission-notice.tsx";
import { useSubmission } from "../../../forms/use-submission.ts";
import { useConfirming } from "../confirm-identity.tsx";
import { exportLog } from "./export-log.ts";

const formats = [
  { format: "csv", label: "CSV" },
  { format: "jsonl", label: "JSON Lines" },
] as const;

const words = {
  "audit.too_much": "These are more than 100,000 entries, which one file may hold at most. Choose a shorter time.",
};

/** All that the filter lets through, as a file. */
export function ExportButtons({ filter }: { filter: AuditFilter }) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const confirming = useConfirming();
  const [saved, setSaved] = useState("");
  const submission = useSubmission(
    (format: (typeof formats)[number]["format"]) => confirming(() => exportLog(apiUrl, { ...filter, format })),
    (file, format) => {
      const name = `parley-audit-log-${new Date().toISOString().slice(0, 10)}.${format}`;
      saveFile(file, name);
      setSaved(`Saved as ${name}`);
    },
  );
  return (
    <div className="space-y-3">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is a form's */}
      <div role="group" aria-label="Export" className="flex flex-wrap items-center gap-2">
        <p role="status" className="min-w-0 grow text-sm text-ink-soft">
          {submission.busy ? "Writing the file…" : saved}
        </p>
        {formats.map(({ format, label }) => (
          <Button
            key={format}
            busy={submission.busy}
            onClick={() => {
              setSaved("");
              void submission.submit(format);
            }}
          >
            <Download aria-hidden className="size-4" />
            Export {label}
          </Button>
        ))}
      </div>
      <SubmissionNotice submission={submission} words={words} />
    </div>
  );
}

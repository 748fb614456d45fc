import { Check, Copy } from "lucide-react";
import { useState } from "react";

/** How long it is shown that the command was copied. */
const copiedMs = 2_000;

/** A command for a shell, to be copied. */
export function CommandLine({ command }: { command: string }) {
  const [copied, setCopied] = useState(false);
  const Icon = copied ? Check : Copy;

  async function copy() {
    await navigator.clipboard.writeText(command);
    setCopied(true);
    setTimeout(() => setCopied(false), copiedMs);
  }

  return (
    <div className="flex max-w-full items-center gap-1 rounded-control border border-edge bg-sunken py-1 ps-3.5 pe-1 text-start">
      <code dir="ltr" className="min-w-0 grow py-1 font-mono text-xs wrap-anywhere whitespace-pre-wrap text-ink">
        {command}
      </code>
      <button
        type="button"
        onClick={copy}
        className="flex h-8 shrink-0 items-center gap-1.5 rounded-md px-2.5 text-xs font-medium text-ink-soft hover:bg-hover hover:text-ink"
      >
        <Icon aria-hidden className="size-3.5" />
        <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
      </button>
    </div>
  );
}

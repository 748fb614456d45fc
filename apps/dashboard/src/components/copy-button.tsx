import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "./button.tsx";

/** How long it is shown that something was copied. */
const shownMs = 2_000;

/** @param what names the thing where several could be copied */
export function CopyButton({ text, label = "Copy", what }: { text: string; label?: string; what?: string }) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  const Icon = state === "copied" ? Check : Copy;

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setState("copied");
    } catch {
      setState("failed");
    }
    setTimeout(() => setState("idle"), shownMs);
  }

  return (
    <Button onClick={copy}>
      <Icon aria-hidden className="size-4" />
      <span aria-live="polite">{{ idle: label, copied: "Copied", failed: "Not copied" }[state]}</span>
      {what && <span className="sr-only"> {what}</span>}
    </Button>
  );
}

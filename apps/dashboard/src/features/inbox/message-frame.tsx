import type { ReactNode } from "react";
import { classNames } from "../../components/class-names.ts";

const looks = {
  contact: "rounded-es-md border border-line bg-surface shadow-xs",
  assistant: "rounded-ee-md bg-accent-soft",
  draft: "rounded-ee-md border border-dashed border-accent-line bg-accent-soft",
  member: "rounded-ee-md member-bubble",
  unsent: "rounded-ee-md border border-dashed border-edge-strong bg-surface",
};

type MessageFrameProps = {
  look: keyof typeof looks;
  /** Below the message: who, when, and what can be done with it. */
  footer: ReactNode;
  children: ReactNode;
};

/** A message's bubble: the contact's at the start of the line, ours at its end. */
export function MessageFrame({ look, footer, children }: MessageFrameProps) {
  const ours = look !== "contact";
  return (
    <div className={classNames("flex flex-col gap-1", ours ? "items-end" : "items-start")}>
      <div
        className={classNames(
          "max-w-[min(100%,40rem)] min-w-0 rounded-bubble px-4 py-2.5 max-md:max-w-[92%]",
          looks[look],
        )}
      >
        {children}
      </div>
      {footer}
    </div>
  );
}

/** What a person wrote: as it is, with its line breaks. */
export function WrittenText({ text }: { text: string }) {
  return (
    <p dir="auto" className="wrap-anywhere whitespace-pre-wrap">
      {text}
    </p>
  );
}

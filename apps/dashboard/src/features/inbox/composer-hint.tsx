import { Hand } from "lucide-react";
import type { ReactNode } from "react";
import type { Owner } from "./owner-of.ts";

const words: Record<Exclude<Owner["kind"], "me" | "colleague">, string> = {
  assistant: "The assistant answers here. Take over to reply yourself: it stops at once, even in mid-sentence.",
  waiting: "The visitor waits for a person. Take over to reply.",
  snoozed: "This conversation is snoozed. Take over to reply.",
  resolved: "This conversation is resolved. The visitor's next message reopens it; to write first, take over.",
};

type ComposerHintProps = {
  owner: Owner;
  mayAct: boolean;
  /** The button that takes the conversation over. */
  children: ReactNode;
};

/** In the place of the composer, while the conversation is not the member's. */
export function ComposerHint({ owner, mayAct, children }: ComposerHintProps) {
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-card bg-sunken px-4 py-3">
      <p className="flex min-w-0 items-start gap-2.5 text-sm text-ink-soft">
        <Hand aria-hidden className="mt-0.5 size-4 shrink-0" />
        {mayAct ? hintFor(owner) : "You can read along. To reply, ask an owner or admin for the role of a member."}
      </p>
      {mayAct && children}
    </div>
  );
}

function hintFor(owner: Owner): string {
  if (owner.kind === "me") return "This conversation is yours.";
  return owner.kind === "colleague" ? `${owner.name} has this conversation. Take over to reply.` : words[owner.kind];
}

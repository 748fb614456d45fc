import { limits } from "@parley/contracts";
import { SendHorizontal } from "lucide-react";
import { type FormEvent, type KeyboardEvent, type Ref, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Kbd } from "../../components/kbd.tsx";

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);
/** From here on it is shown how much room is left. */
const nearLimit = limits.messageLength - 500;
/** What was begun in which conversation, until the page is left. */
const begun = new Map<string, string>();

type ComposerProps = {
  ref: Ref<HTMLTextAreaElement>;
  conversationId: string;
  contactName: string;
  onSend: (text: string) => void;
};

/** Where a member writes. Control or Command with Enter sends; Enter alone begins a line. */
export function Composer({ ref, conversationId, contactName, onSend }: ComposerProps) {
  const [text, setText] = useState(() => begun.get(conversationId) ?? "");
  const tooLong = text.length > limits.messageLength;
  const sendable = text.trim() !== "" && !tooLong;

  function write(next: string) {
    setText(next);
    if (next) begun.set(conversationId, next);
    else begun.delete(conversationId);
  }

  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (!sendable) return;
    onSend(text.trim());
    write("");
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape") {
      // The first Escape leaves the field; what it does outside is the page's affair.
      event.preventDefault();
      event.currentTarget.blur();
    }
  }

  return (
    <form
      onSubmit={submit}
      className="rounded-card border border-edge-strong bg-surface shadow-xs focus-within:border-accent focus-within:outline-2 focus-within:outline-accent"
    >
      <textarea
        ref={ref}
        dir="auto"
        value={text}
        onChange={(event) => write(event.target.value)}
        onKeyDown={onKeyDown}
        rows={2}
        aria-label={`Reply to ${contactName}`}
        placeholder={`Reply to ${contactName}`}
        aria-invalid={tooLong}
        aria-describedby={text.length > nearLimit ? "composer-room" : undefined}
        className="block field-sizing-content max-h-[40dvh] min-h-16 w-full resize-none bg-transparent px-4 pt-3 outline-none placeholder:text-ink-soft"
      />
      <div className="flex items-center gap-3 px-2 pb-2">
        <p
          id="composer-room"
          role="status"
          className={tooLong ? "ps-2 text-xs text-bad" : "ps-2 text-xs text-ink-soft"}
        >
          {text.length > nearLimit && roomLeft(text.length)}
        </p>
        <span className="ms-auto hidden items-center gap-1 text-xs text-ink-soft sm:flex" aria-hidden>
          <Kbd>{mac ? "⌘" : "Ctrl"}</Kbd>
          <Kbd>Enter</Kbd>
        </span>
        <Button type="submit" variant="primary" disabled={!sendable} className="max-sm:ms-auto">
          Send
          <SendHorizontal aria-hidden className="size-4 rtl:-scale-x-100" />
        </Button>
      </div>
    </form>
  );
}

function roomLeft(length: number): string {
  const left = limits.messageLength - length;
  return left >= 0 ? `${left} characters left` : `${-left} characters too many: shorten it to send`;
}

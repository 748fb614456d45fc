import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { strings } from "../strings.ts";
import { composerState } from "./composer-state.ts";
import { Icon } from "./icons.tsx";

type ComposerProps = { placeholder: string; onSend(text: string): void };

export function Composer({ placeholder, onSend }: ComposerProps) {
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const { canSend, counter, isTooLong } = composerState(text);

  // As high as its text, within what the style sheet allows.
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    // While the panel is closed nothing has a height.
    if (element.scrollHeight > 0) element.style.height = `${element.scrollHeight}px`;
  }, [text]);

  const send = () => {
    if (!canSend) return;
    onSend(text.trim());
    setText("");
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
        field.current?.focus();
      }}
    >
      <div class={`field ${isTooLong ? "invalid" : ""}`}>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          placeholder={placeholder}
          enterkeyhint="send"
          aria-label={strings.message}
          aria-invalid={isTooLong}
          aria-describedby="counter"
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter that ends the composing of a character is no wish to send.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="send" aria-label={strings.send} disabled={!canSend}>
          <Icon name="send" />
        </button>
      </div>
      <div id="counter" class={`counter ${isTooLong ? "error" : ""}`} aria-live="polite">
        {counter}
      </div>
    </form>
  );
}

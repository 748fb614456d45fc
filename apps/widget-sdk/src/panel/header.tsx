import { useRef, useState } from "preact/hooks";
import type { SessionState } from "../session/session.ts";
import { strings } from "../strings.ts";
import { Avatar } from "./avatar.tsx";
import { Icon } from "./icons.tsx";

type HeaderProps = { state: SessionState; onHandOff(): void; onForget(): void; onClose(): void };

export function Header({ state, onHandOff, onForget, onClose }: HeaderProps) {
  const { inbox, conversation } = state;
  const isWithPeople = conversation?.status === "open" || conversation?.status === "snoozed";
  const member = isWithPeople ? conversation.assignee?.name : undefined;
  const name = member ?? (isWithPeople ? inbox?.name : inbox?.assistantName) ?? strings.chat;
  const role = member ? strings.memberRole : isWithPeople ? strings.waitingForPerson : strings.assistantRole;
  const about = isWithPeople && !member ? [role] : [role, inbox?.name].filter(Boolean);

  return (
    <div class="head">
      <Avatar {...(isWithPeople && { name })} />
      <div class="who">
        <h2 id="title" dir="auto">
          {name}
        </h2>
        <p dir="auto">{inbox ? about.join(" · ") : ""}</p>
      </div>
      <Menu onHandOff={isWithPeople ? undefined : onHandOff} onForget={onForget} />
      <button type="button" class="icon-button" aria-label={strings.close} title={strings.close} onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  );
}

type MenuProps = { onHandOff: (() => void) | undefined; onForget(): void };

/** What is rarely needed. To forget takes two presses, since nothing brings the conversation back. */
function Menu({ onHandOff, onForget }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const [isConfirming, setConfirming] = useState(false);
  const frame = useRef<HTMLDivElement>(null);

  const close = () => {
    setOpen(false);
    setConfirming(false);
    frame.current?.querySelector("button")?.focus();
  };
  const choose = (action: () => void) => () => {
    close();
    action();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears what its buttons leave
    <div
      class="menu-frame"
      ref={frame}
      onKeyDown={(event) => {
        if (!isOpen || event.key !== "Escape") return;
        // Of all that is open it closes only the menu.
        event.stopPropagation();
        close();
      }}
      onFocusOut={(event) => {
        if (frame.current?.contains(event.relatedTarget as Node | null)) return;
        setOpen(false);
        setConfirming(false);
      }}
    >
      <button
        type="button"
        class="icon-button"
        aria-label={strings.menu}
        title={strings.menu}
        aria-expanded={isOpen}
        onClick={() => (isOpen ? close() : setOpen(true))}
      >
        <Icon name="menu" />
      </button>
      {isOpen && (
        <div class="menu">
          {onHandOff && (
            <button type="button" onClick={choose(onHandOff)}>
              <Icon name="person" />
              {strings.handOff}
            </button>
          )}
          <button
            type="button"
            class={isConfirming ? "danger" : ""}
            aria-live="polite"
            onClick={isConfirming ? choose(onForget) : () => setConfirming(true)}
          >
            <Icon name="forget" />
            {isConfirming ? strings.forgetConfirm : strings.forget}
          </button>
        </div>
      )}
    </div>
  );
}

import type { Message } from "@parley/contracts";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Session, SessionState } from "../session/session.ts";
import { strings } from "../strings.ts";
import { Announcer } from "./announcer.tsx";
import { Banner } from "./banner.tsx";
import { Composer } from "./composer.tsx";
import { Header } from "./header.tsx";
import { MessageList } from "./message-list.tsx";
import { PassageView } from "./passage-view.tsx";
import { useFullScreen } from "./use-full-screen.ts";
import { Welcome } from "./welcome.tsx";

type PanelProps = {
  session: Session;
  state: SessionState;
  isOpen: boolean;
  suggestions: readonly string[];
  onClose(): void;
};

type Cited = { message: Message; number: number };

const focusable = "button:not(:disabled), textarea, a[href], [tabindex='0']";

export function Panel({ session, state, isOpen, suggestions, onClose }: PanelProps) {
  const [cited, setCited] = useState<Cited>();
  const panel = useRef<HTMLDivElement>(null);
  /** What had the focus before the passage was opened. */
  const before = useRef<HTMLElement>();
  const { isFullScreen, style } = useFullScreen(isOpen);
  /** The page's, which the style sheet needs to know as an attribute. */
  const [direction, setDirection] = useState<"ltr" | "rtl">("ltr");

  const rootOf = () => panel.current?.getRootNode() as ShadowRoot;
  const focusStart = () => {
    // On a phone the keyboard would cover the greeting.
    const field = isFullScreen ? undefined : panel.current?.querySelector("textarea");
    (field ?? panel.current)?.focus({ preventScroll: true });
  };
  useEffect(() => {
    if (!isOpen || !panel.current) return;
    setDirection(getComputedStyle(rootOf().host).direction as "ltr" | "rtl");
    focusStart();
  }, [isOpen]);

  useEffect(() => {
    const seen = () => {
      if (isOpen && document.visibilityState === "visible") session.markSeen();
    };
    seen();
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, [isOpen, state.messages]);

  const openCitation = (message: Message, number: number) => {
    before.current = rootOf().activeElement as HTMLElement;
    setCited({ message, number });
  };
  const closeCitation = () => setCited(undefined);
  useLayoutEffect(() => {
    if (cited || !before.current) return;
    before.current.focus({ preventScroll: true });
    before.current = undefined;
  }, [cited]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (cited) closeCitation();
      else onClose();
    } else if (event.key === "Tab" && isFullScreen) {
      keepFocusInside(event);
    }
  };

  /** Nothing of the page can be seen behind the panel, so nothing of it gets the focus. */
  const keepFocusInside = (event: KeyboardEvent) => {
    const all = [...(panel.current?.querySelectorAll<HTMLElement>(focusable) ?? [])];
    const reachable = all.filter((element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true);
    const edge = event.shiftKey ? reachable[0] : reachable.at(-1);
    const active = rootOf().activeElement;
    if (active !== edge && active !== panel.current) return;
    event.preventDefault();
    (event.shiftKey ? reachable.at(-1) : reachable[0])?.focus();
  };

  const handOff = () => session.handOff();
  const isWithPeople = state.conversation?.status === "open" || state.conversation?.status === "snoozed";
  return (
    <div
      class="panel"
      ref={panel}
      role="dialog"
      aria-modal={isFullScreen}
      aria-labelledby="title"
      tabIndex={-1}
      hidden={!isOpen}
      style={style}
      lang="en"
      dir={direction}
      onKeyDown={onKeyDown}
    >
      <div class={`chat ${cited ? "covered" : ""}`}>
        <Header
          state={state}
          onHandOff={handOff}
          onForget={() => {
            closeCitation();
            session.forget();
          }}
          onClose={onClose}
        />
        <Banner isOnline={state.isOnline} link={state.link} />
        <MessageList
          state={state}
          onRetry={(id) => session.retry(id)}
          onRemove={(id) => session.remove(id)}
          onHandOff={handOff}
          onOpenCitation={openCitation}
          onVote={session.vote}
        >
          <Welcome
            state={state}
            suggestions={suggestions}
            onAsk={(question) => session.send(question)}
            onTryAgain={() => session.begin()}
          />
        </MessageList>
        {state.handOff === "failed" && (
          <div class="banner" role="alert">
            {strings.failed}
          </div>
        )}
        <Composer
          placeholder={isWithPeople ? strings.placeholderMember : strings.placeholder}
          onSend={(text) => session.send(text)}
        />
      </div>
      {cited && (
        <PassageView
          key={`${cited.message.id} ${cited.number}`}
          {...cited}
          getCitedPassage={(message, number) => session.getCitedPassage(message, number)}
          onBack={closeCitation}
        />
      )}
      <Announcer state={state} />
    </div>
  );
}

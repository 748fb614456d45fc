import { createRealtimeClient } from "@parley/client";
import { accentStyles } from "@parley/ui/accent";
import tokens from "@parley/ui/tokens.css?inline";
import { render } from "preact";
import { useState } from "preact/hooks";
import type { Launcher } from "../launcher.ts";
import { countUnread, createSession, type SessionState } from "../session/session.ts";
import { createSessionStorage } from "../session/stored-session.ts";
import { createWidgetApi } from "../session/widget-api.ts";
import { strings } from "../strings.ts";
import type { ParleyEvents, ParleyOptions } from "../types.ts";
import styles from "./panel.css?inline";
import { Panel } from "./panel.tsx";

export type PanelModule = { mountPanel(options: MountOptions): PanelHandle };

export type PanelHandle = {
  open(): void;
  close(): void;
  toggle(): void;
  /** @param forget also what this browser keeps */
  end(forget: boolean): void;
};

type Shown = { state: SessionState; isOpen: boolean };

type MountOptions = Launcher & {
  options: ParleyOptions;
  emit<Name extends keyof ParleyEvents>(name: Name, detail: ParleyEvents[Name]): void;
};

/** Puts the panel into the launcher's shadow, closed, and goes on with the conversation that this browser knows. */
export function mountPanel({ host, root, button, options, emit }: MountOptions): PanelHandle {
  const { key, api, theme = "auto", accent, suggestions = [] } = options;
  if (theme !== "auto") host.dataset.theme = theme;
  root.adoptedStyleSheets = [
    ...root.adoptedStyleSheets,
    ...[tokens, accent && accentStyles(accent), styles].filter((css) => css !== undefined).map(sheetOf),
  ];
  const container = document.createElement("div");
  container.style.colorScheme = theme === "auto" ? "light dark" : theme;
  root.append(container);
  const badge = document.createElement("span");
  badge.className = "badge";
  button.append(badge);
  button.title = "";

  let isOpen = false;
  let unread = 0;
  let failure: string | undefined;

  const session = createSession({
    publishableKey: key,
    api: createWidgetApi(api),
    storage: createSessionStorage(key),
    connect: createRealtimeClient,
    onChange: () => draw(),
    emit,
  });

  let show: (shown: Shown) => void;
  const App = () => {
    const [shown, setShown] = useState<Shown>({ state: session.state, isOpen });
    show = setShown;
    return <Panel {...shown} session={session} suggestions={suggestions} onClose={handle.close} />;
  };

  const draw = () => {
    const { state } = session;
    const count = isOpen ? 0 : countUnread(state);
    if (count !== unread) emit("unread", count);
    unread = count;
    if (state.failure && state.failure !== failure) emit("error", { code: state.failure });
    failure = state.failure;
    badge.textContent = count > 0 ? String(Math.min(count, 99)) : "";
    button.ariaExpanded = String(isOpen);
    button.ariaLabel = [isOpen ? strings.close : strings.open, count > 0 && strings.unread(count)]
      .filter(Boolean)
      .join(", ");
    button.classList.toggle("is-open", isOpen);
    show({ state, isOpen });
  };

  const handle: PanelHandle = {
    open() {
      if (isOpen) return;
      isOpen = true;
      session.begin();
      draw();
      emit("open", undefined);
    },
    close() {
      if (!isOpen) return;
      const hadFocus = container.contains(root.activeElement);
      isOpen = false;
      draw();
      if (hadFocus) button.focus();
      emit("close", undefined);
    },
    toggle: () => (isOpen ? handle.close() : handle.open()),
    end(forget) {
      session.end();
      if (forget) session.forget();
      render(null, container);
    },
  };
  render(<App />, container);
  session.resume();
  return handle;
}

function sheetOf(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}

import { Outlet, useMatch } from "@tanstack/react-router";
import { lazy, Suspense, useState, useSyncExternalStore } from "react";
import { LiveLists } from "../realtime/live-lists.tsx";
import { RealtimeProvider } from "../realtime/realtime-provider.tsx";
import { isMember, type Session, useSession } from "../session/session.ts";
import { sessionEnd } from "../session/session-end.ts";
import { useShortcuts } from "../shortcuts/use-shortcuts.ts";
import { ConnectionBanner } from "./connection-banner.tsx";
import { NavRail } from "./nav-rail.tsx";

const NoWorkspace = lazy(async () => {
  const { NoWorkspace } = await import("./no-workspace.tsx");
  return { default: NoWorkspace };
});

const SessionNotice = lazy(async () => {
  const { SessionNotice } = await import("../features/session-end/session-notice.tsx");
  return { default: SessionNotice };
});

const ShortcutsDialog = lazy(async () => {
  const { ShortcutsDialog } = await import("../shortcuts/shortcuts-dialog.tsx");
  return { default: ShortcutsDialog };
});

const SessionEndedDialog = lazy(async () => {
  const { SessionEndedDialog } = await import("../features/session-end/session-ended-dialog.tsx");
  return { default: SessionEndedDialog };
});

/** What stands around every page of a signed-in member. */
export function AppShell() {
  const current = useSession();
  // Who has just been given backup codes sees them until they go on, whatever the server says of them meanwhile.
  const [held, hold] = useState<Session>();
  const session = held ?? current;
  const [shortcutsShown, setShortcutsShown] = useState(false);
  // On a phone, a conversation has the whole screen.
  const inConversation = useMatch({ from: "/app/inbox/$conversationId", shouldThrow: false }) !== undefined;
  const hasEnded = useSyncExternalStore(sessionEnd.subscribe, sessionEnd.read);
  useShortcuts({ "?": () => setShortcutsShown(true) });

  const end = <Suspense>{hasEnded ? <SessionEndedDialog /> : <SessionNotice />}</Suspense>;
  if (!isMember(session)) {
    return (
      <>
        <Suspense>
          <NoWorkspace session={session} onFactor={() => hold(session)} />
        </Suspense>
        {end}
      </>
    );
  }
  return (
    <RealtimeProvider>
      <LiveLists />
      <div className="flex h-dvh flex-col-reverse bg-canvas md:flex-row">
        <a href="#main" className="skip-link">
          Skip to the content
        </a>
        <NavRail hiddenOnPhone={inConversation} onShowShortcuts={() => setShortcutsShown(true)} />
        <div className="flex min-h-0 min-w-0 grow flex-col">
          <ConnectionBanner />
          <main id="main" tabIndex={-1} className="flex min-h-0 grow flex-col outline-none">
            <Outlet />
          </main>
        </div>
      </div>
      {shortcutsShown && (
        <Suspense>
          <ShortcutsDialog onClose={() => setShortcutsShown(false)} />
        </Suspense>
      )}
      {end}
    </RealtimeProvider>
  );
}

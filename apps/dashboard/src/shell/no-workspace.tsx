import { Outlet, useMatch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Session } from "../session/session.ts";

const RequiredFactorPage = lazy(async () => {
  const { RequiredFactorPage } = await import("../features/settings/security/required-factor-page.tsx");
  return { default: RequiredFactorPage };
});

const FoundWorkspacePage = lazy(async () => {
  const { FoundWorkspacePage } = await import("../features/found-workspace/found-workspace-page.tsx");
  return { default: FoundWorkspacePage };
});

type NoWorkspaceProps = {
  session: Session;
  /** They have set up the second factor that they need to get in, and are shown their backup codes. */
  onFactor: () => void;
};

/** For somebody who is signed in, and gets into no workspace: their account is theirs all the same. */
export function NoWorkspace({ session, onFactor }: NoWorkspaceProps) {
  // By the page that is there: the address is the next one's already while that is loaded.
  const profile = useMatch({ from: "/app/settings/profile", shouldThrow: false });
  const security = useMatch({ from: "/app/settings/security", shouldThrow: false });
  return (
    <Suspense>
      {session.refusal === "auth.factor_required" ? (
        <RequiredFactorPage session={session} onFactor={onFactor} />
      ) : (profile ?? security) ? (
        <main className="flex h-dvh flex-col bg-canvas">
          <Outlet />
        </main>
      ) : (
        <FoundWorkspacePage session={session} />
      )}
    </Suspense>
  );
}

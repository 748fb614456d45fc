import { Building2 } from "lucide-react";
import { lazy, Suspense } from "react";
import { EmptyState } from "../components/empty-state.tsx";
import type { Session } from "../session/session.ts";

const RequiredFactorPage = lazy(async () => {
  const { RequiredFactorPage } = await import("../features/settings/security/required-factor-page.tsx");
  return { default: RequiredFactorPage };
});

/** For somebody who is signed in, and gets into no workspace. */
export function NoWorkspace({ session }: { session: Session }) {
  if (session.refusal === "auth.factor_required") {
    return (
      <Suspense>
        <RequiredFactorPage session={session} />
      </Suspense>
    );
  }
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas">
      <title>No workspace · Parley</title>
      <EmptyState heading="h1" icon={Building2} title="You are not a member of a workspace">
        <p>Ask an owner or admin of your company's workspace to add you, then reload this page.</p>
      </EmptyState>
    </main>
  );
}

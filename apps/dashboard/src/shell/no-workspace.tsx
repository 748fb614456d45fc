import { Building2, ShieldCheck } from "lucide-react";
import { Button } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { switchWorkspace } from "../session/chosen-workspace.ts";
import type { Session } from "../session/session.ts";

/** For somebody who is signed in, and gets into no workspace. */
export function NoWorkspace({ session }: { session: Session }) {
  const asksForFactor = session.refusal === "auth.factor_required";
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas">
      <title>No workspace · Parley</title>
      {asksForFactor ? (
        <EmptyState heading="h1" icon={ShieldCheck} title="This workspace asks for a second factor">
          <p>Set one up for your account, then sign in with it.</p>
          {session.memberships
            .filter(({ requireSecondFactor }) => !requireSecondFactor)
            .map(({ tenantId, tenantName }) => (
              <Button key={tenantId} className="mt-4" onClick={() => switchWorkspace(tenantId)}>
                Go to {tenantName}
              </Button>
            ))}
        </EmptyState>
      ) : (
        <EmptyState heading="h1" icon={Building2} title="You are not a member of a workspace">
          <p>Ask an owner or admin of your company's workspace to add you, then reload this page.</p>
        </EmptyState>
      )}
    </main>
  );
}

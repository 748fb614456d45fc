import { Building2 } from "lucide-react";
import { EmptyState } from "../components/empty-state.tsx";

/** For somebody who is signed in, and a member of no workspace. */
export function NoWorkspace() {
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas">
      <title>No workspace · Parley</title>
      <EmptyState heading="h1" icon={Building2} title="You are not a member of a workspace">
        <p>Ask an owner or admin of your company's workspace to add you, then reload this page.</p>
      </EmptyState>
    </main>
  );
}

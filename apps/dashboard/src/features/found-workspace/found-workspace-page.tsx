import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { errorCode } from "../../errors/error-code.ts";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { TextField } from "../../forms/field.tsx";
import { Notice } from "../../forms/notice.tsx";
import { switchWorkspace } from "../../session/chosen-workspace.ts";
import type { Session } from "../../session/session.ts";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { SignOutButton } from "../../shell/sign-out-button.tsx";
import { useTRPCClient } from "../../trpc.ts";
import { pendingInvitation } from "../invitation/pending-invitation.ts";

/** For who is signed in and belongs to no workspace: they found one, where that is open to them, join the one that they were invited to, or go. */
export function FoundWorkspacePage({ session }: { session: Session }) {
  return (
    <EntranceLayout
      title="No workspace"
      heading="You are not a member of a workspace"
      lead={
        <>
          You are signed in as <strong className="font-semibold text-ink">{session.user.email}</strong>.
        </>
      }
    >
      <InvitationHint mayFound={session.mayFound} />
      {session.mayFound && <FoundForm />}
      <div className="mt-8 flex flex-wrap items-center gap-x-4 gap-y-3 border-t border-line pt-5 text-sm">
        <Link to="/settings/profile" className="link me-auto">
          Your account
        </Link>
        <SignOutButton />
      </div>
    </EntranceLayout>
  );
}

function InvitationHint({ mayFound }: Pick<Session, "mayFound">) {
  return (
    <Notice tone="plain" className="mt-6">
      {pendingInvitation.read() ? (
        <>
          There is an invitation that you have not accepted yet.{" "}
          <Link to="/invitation" className="link">
            Look at it
          </Link>
        </>
      ) : (
        <>
          {!mayFound && "New workspaces are not made here: ask to be invited to one. "}
          Were you invited to one? Open the link in the invitation's mail, in this browser. It came to the address that
          you were invited with.
        </>
      )}
    </Notice>
  );
}

function FoundForm() {
  const client = useTRPCClient();
  // The same for every attempt: one that arrived without our hearing of it founds no second workspace.
  const [key] = useState(() => crypto.randomUUID());
  const found = useMutation({
    mutationFn: (name: string) => client.tenants.create.mutate({ key, name }),
    onSuccess: ({ tenantId }) => switchWorkspace(tenantId),
  });
  const busy = found.isPending || found.isSuccess;
  const error =
    errorCode(found.error) === "input.invalid" ? "A name has a letter or digit, and at most 80 characters." : undefined;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!busy) found.mutate(String(new FormData(event.currentTarget).get("name")).trim());
  }

  return (
    <form onSubmit={submit} aria-label="Create a workspace" className="mt-6">
      {found.isError && !error && <ErrorNotice error={found.error} className="mb-4" />}
      <TextField
        label="Name of the workspace"
        name="name"
        required
        maxLength={80}
        autoFocus
        autoComplete="organization"
        hint="Your company, as your colleagues know it. You own it, and can invite them."
        error={error}
      />
      <Button type="submit" variant="primary" size="medium" busy={busy} className="mt-6 w-full">
        {busy ? "Creating…" : "Create workspace"}
      </Button>
    </form>
  );
}

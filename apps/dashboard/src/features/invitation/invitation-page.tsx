import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useRouteContext } from "@tanstack/react-router";
import { useEffect } from "react";
import { Button } from "../../components/button.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { errorCode } from "../../errors/error-code.ts";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { Notice } from "../../forms/notice.tsx";
import { switchWorkspace } from "../../session/chosen-workspace.ts";
import { signOut } from "../../session/sign-in.ts";
import { withMailedToken } from "../../session/with-mailed-token.tsx";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { useTRPC, useTRPCClient } from "../../trpc.ts";
import { pendingInvitation } from "./pending-invitation.ts";

/** Where the link of an invitation leads: for who is signed in, for who is to sign in, and for who is new here. */
export const InvitationPage = withMailedToken(Invitation);

function Invitation({ token }: { token: string }) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => client.invitations.look.mutate({ token }),
    retry: false,
  });
  const session = useQuery(trpc.session.me.queryOptions(undefined, { retry: false }));
  const isGone =
    errorCode(invitation.error) === "invitation.not_found" || errorCode(invitation.error) === "input.invalid";

  if (isGone) return <GoneInvitation signedIn={session.isSuccess} />;
  if (invitation.isError) {
    return (
      <EntranceLayout title="Invitation" heading="Invitation" focusHeading>
        <ErrorNotice error={invitation.error} onRetry={() => void invitation.refetch()} className="mt-6" />
      </EntranceLayout>
    );
  }
  if (!invitation.data || session.isPending) {
    return (
      <EntranceLayout title="Invitation" heading="Invitation">
        <Skeleton className="mt-6 h-10" />
      </EntranceLayout>
    );
  }
  const { workspace, inviter } = invitation.data;
  return (
    <EntranceLayout
      key="invitation"
      title="Invitation"
      heading={`Join ${workspace}`}
      focusHeading
      lead={
        <>
          <span dir="auto">{inviter}</span> invites you to the workspace{" "}
          <strong className="font-semibold text-ink" dir="auto">
            {workspace}
          </strong>
          .
        </>
      }
    >
      {session.data ? <AcceptAs token={token} email={session.data.user.email} /> : <SignInFirst token={token} />}
    </EntranceLayout>
  );
}

function GoneInvitation({ signedIn }: { signedIn: boolean }) {
  useEffect(() => pendingInvitation.forget(), []);
  return (
    <EntranceLayout
      key="gone"
      title="Invitation"
      heading="This invitation does not work"
      focusHeading
      lead="It was used, withdrawn or is more than a week old. Ask whoever invited you to send another one."
    >
      <p className="mt-6">
        {signedIn ? (
          <Link to="/inbox" className="link">
            Go to the inbox
          </Link>
        ) : (
          <Link to="/sign-in" className="link">
            Go to sign-in
          </Link>
        )}
      </p>
    </EntranceLayout>
  );
}

function AcceptAs({ token, email }: { token: string; email: string }) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const client = useTRPCClient();
  const accept = useMutation({
    mutationFn: () => client.invitations.accept.mutate({ token }),
    onSuccess({ tenantId }) {
      pendingInvitation.forget();
      switchWorkspace(tenantId);
    },
  });
  const leave = useMutation({
    async mutationFn() {
      pendingInvitation.keep(token);
      await signOut(apiUrl);
    },
    // Loaded anew, so that nothing of the former account is left in the page.
    onSuccess: () => location.reload(),
  });
  const isForOther = errorCode(accept.error) === "invitation.other_address";
  return (
    <>
      {isForOther ? (
        <Notice tone="warn" role="alert" className="mt-6">
          The invitation is for another address than <strong className="font-semibold">{email}</strong>, with which you
          are signed in. Sign out, and sign in or sign up with the address that it was sent to.
        </Notice>
      ) : (
        accept.isError && <ErrorNotice error={accept.error} className="mt-6" />
      )}
      {leave.isError && <ErrorNotice error={leave.error} className="mt-6" />}
      {!isForOther && (
        <Button
          variant="primary"
          size="medium"
          busy={accept.isPending || accept.isSuccess}
          className="mt-7 w-full"
          onClick={() => accept.mutate()}
        >
          {accept.isPending || accept.isSuccess ? "Joining…" : "Join the workspace"}
        </Button>
      )}
      <p className="mt-5 text-center text-sm text-ink-soft wrap-anywhere">
        {!isForOther && <>You are signed in as {email}. </>}
        <button type="button" className="link" onClick={() => leave.mutate()}>
          {isForOther ? "Sign out" : "Somebody else?"}
        </button>
      </p>
    </>
  );
}

function SignInFirst({ token }: { token: string }) {
  const keep = () => pendingInvitation.keep(token);
  return (
    <div className="mt-7 space-y-3">
      <Link
        to="/sign-in"
        search={{ to: "/invitation" }}
        onClick={keep}
        className="flex h-10 items-center justify-center rounded-control bg-accent px-4 font-medium text-on-accent hover:bg-accent-strong"
      >
        Sign in to join
      </Link>
      <Link
        to="/sign-up"
        onClick={keep}
        className="flex h-10 items-center justify-center rounded-control border border-edge bg-surface px-4 font-medium hover:bg-hover"
      >
        I am new here
      </Link>
    </div>
  );
}

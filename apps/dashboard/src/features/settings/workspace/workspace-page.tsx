import { useMutation } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../../components/button.tsx";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { errorCode } from "../../../errors/error-code.ts";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { Notice } from "../../../forms/notice.tsx";
import { refreshSession, useMember } from "../../../session/session.ts";
import { useTRPCClient } from "../../../trpc.ts";
import { useConfirmedCall } from "../confirm-identity.tsx";
import { NameForm } from "../name-form.tsx";
import { managesMembers } from "../roles.ts";
import { SettingsPage, SettingsSection } from "../settings-page.tsx";

/** What the workspace is called and asks for; and the way out of it. */
export function WorkspacePage() {
  const { member } = useMember();
  return (
    <SettingsPage title="Workspace" lead="What it is called, and what it asks of its members.">
      {managesMembers(member.role) && <Rename />}
      <SecondFactorRule />
      <Leave />
    </SettingsPage>
  );
}

function Rename() {
  const { tenant } = useMember();
  const client = useTRPCClient();
  const router = useRouter();
  const rename = useMutation({
    mutationFn: (name: string) => client.tenants.rename.mutate({ name }),
    onSuccess: () => refreshSession(router),
  });
  const isBadName = errorCode(rename.error) === "input.invalid";
  return (
    <NameForm
      lead="Members see it, and people who are invited."
      purpose="Rename the workspace"
      label="Name of the workspace"
      value={tenant.name}
      maxLength={80}
      autoComplete="organization"
      error={isBadName ? "A name has a letter or digit, and at most 80 characters." : undefined}
      notice={rename.isError && !isBadName && <ErrorNotice error={rename.error} className="mb-4" />}
      busy={rename.isPending}
      saved={rename.isSuccess}
      onSave={rename.mutate}
    />
  );
}

function SecondFactorRule() {
  const { member, tenant } = useMember();
  const client = useTRPCClient();
  const router = useRouter();
  const confirmed = useConfirmedCall();
  const [isAsking, setIsAsking] = useState(false);
  const isRequired = tenant.requireSecondFactor;
  const change = useMutation({
    mutationFn: (requireSecondFactor: boolean) =>
      confirmed(() => client.tenants.requireSecondFactor.mutate({ requireSecondFactor })),
    onSuccess: () => {
      setIsAsking(false);
      return refreshSession(router);
    },
  });
  const error =
    change.isError &&
    (errorCode(change.error) === "auth.factor_required" ? (
      <Notice tone="warn" role="alert">
        You signed in without one yourself, and would lock yourself out.{" "}
        <Link to="/settings/security" className="link">
          Set yours up
        </Link>
        , sign in with it, and come back.
      </Notice>
    ) : (
      <ErrorNotice error={change.error} />
    ));
  return (
    <>
      <SettingsSection
        title="Second factor"
        lead={
          isRequired
            ? "Whoever signed in without a second factor sees nothing of this workspace."
            : "A second factor is up to every member."
        }
        aside={
          member.role === "owner" ? (
            <Button
              busy={change.isPending}
              onClick={() => {
                change.reset();
                if (isRequired) change.mutate(false);
                else setIsAsking(true);
              }}
            >
              {isRequired ? "Require it no more" : "Require it of everybody"}
            </Button>
          ) : (
            <span className="text-sm text-ink-soft">{isRequired ? "Required" : "Not required"}</span>
          )
        }
      >
        {!isAsking && error}
      </SettingsSection>
      {isAsking && (
        <ConfirmDialog
          title="Require a second factor?"
          action="Require it"
          busyAction="Requiring…"
          busy={change.isPending}
          error={error}
          onConfirm={() => change.mutate(true)}
          onClosed={() => {
            setIsAsking(false);
            change.reset();
          }}
        >
          <p>Whoever signed in without one sees nothing of {tenant.name} any more, within seconds, until they have.</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function Leave() {
  const { tenant } = useMember();
  const client = useTRPCClient();
  const [isAsking, setIsAsking] = useState(false);
  const leave = useMutation({
    mutationFn: () => client.members.leave.mutate(),
    // A page that is loaded anew remembers nothing of the workspace.
    onSuccess: () => location.assign("/"),
  });
  return (
    <>
      <SettingsSection
        title="Leave the workspace"
        lead="Your conversations wait for a colleague; what you wrote stays. Only an invitation brings you back."
        aside={<Button onClick={() => setIsAsking(true)}>Leave</Button>}
      />
      {isAsking && (
        <ConfirmDialog
          title={`Leave ${tenant.name}?`}
          action="Leave"
          busyAction="Leaving…"
          busy={leave.isPending || leave.isSuccess}
          error={leave.isError && <ErrorNotice error={leave.error} />}
          onConfirm={() => leave.mutate()}
          onClosed={() => {
            setIsAsking(false);
            leave.reset();
          }}
        >
          <p>You see nothing of it from now on, and API keys that you made are revoked.</p>
        </ConfirmDialog>
      )}
    </>
  );
}

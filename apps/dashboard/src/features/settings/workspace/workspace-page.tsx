import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { errorCode } from "../../../errors/describe-error.ts";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { TextField } from "../../../forms/field.tsx";
import { Notice } from "../../../forms/notice.tsx";
import { useMember } from "../../../session/session.ts";
import { useTRPC, useTRPCClient } from "../../../trpc.ts";
import { managesMembers } from "../roles.ts";
import { SettingsPage, SettingsSection } from "../settings-page.tsx";

/** What the workspace is called and asks for; and the way out of it. */
export function WorkspacePage() {
  const { member } = useMember();
  return (
    <SettingsPage title="Workspace" lead="What it is called, and what it asks of its members.">
      {managesMembers(member.role) && <NameForm />}
      <SecondFactorRule />
      <Leave />
    </SettingsPage>
  );
}

/** The session tells of the workspace on every page: after a change it is asked anew. */
function useRefreshedSession() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  return async () => {
    await queryClient.fetchQuery(trpc.session.me.queryOptions(undefined, { staleTime: 0 }));
    await router.invalidate();
  };
}

function NameForm() {
  const { tenant } = useMember();
  const client = useTRPCClient();
  const refresh = useRefreshedSession();
  const rename = useMutation({
    mutationFn: (name: string) => client.tenants.rename.mutate({ name }),
    onSuccess: refresh,
  });
  const error =
    errorCode(rename.error) === "input.invalid"
      ? "A name has a letter or digit, and at most 80 characters."
      : undefined;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!rename.isPending) rename.mutate(String(new FormData(event.currentTarget).get("name")).trim());
  }

  return (
    <SettingsSection title="Name" lead="Members see it, and people who are invited.">
      <form onSubmit={submit} aria-label="Rename the workspace" className="max-w-90">
        {rename.isError && !error && <ErrorNotice error={rename.error} className="mb-4" />}
        <TextField
          className="!mt-0"
          label="Name of the workspace"
          name="name"
          required
          maxLength={80}
          autoComplete="organization"
          defaultValue={tenant.name}
          error={error}
        />
        <div className="mt-4 flex items-center gap-3">
          <Button type="submit" size="medium" busy={rename.isPending}>
            {rename.isPending ? "Saving…" : "Save"}
          </Button>
          <span role="status" className="text-sm text-good">
            {rename.isSuccess && "Saved"}
          </span>
        </div>
      </form>
    </SettingsSection>
  );
}

function SecondFactorRule() {
  const { member, tenant } = useMember();
  const client = useTRPCClient();
  const refresh = useRefreshedSession();
  const isRequired = tenant.requireSecondFactor;
  const change = useMutation({
    mutationFn: (requireSecondFactor: boolean) => client.tenants.requireSecondFactor.mutate({ requireSecondFactor }),
    onSuccess: refresh,
  });
  const hasNone = errorCode(change.error) === "auth.factor_required";
  return (
    <SettingsSection
      title="Second factor"
      lead={
        isRequired
          ? "Whoever signed in without a second factor sees nothing of this workspace."
          : "A second factor is up to every member."
      }
      aside={
        member.role === "owner" ? (
          <Button busy={change.isPending} onClick={() => change.mutate(!isRequired)}>
            {isRequired ? "Require it no more" : "Require it of everybody"}
          </Button>
        ) : (
          <span className="text-sm text-ink-soft">{isRequired ? "Required" : "Not required"}</span>
        )
      }
    >
      {change.isError &&
        (hasNone ? (
          <Notice tone="warn" role="alert">
            You signed in without one yourself, and would lock yourself out.{" "}
            <Link to="/settings/security" className="link">
              Set yours up
            </Link>
            , sign in with it, and come back.
          </Notice>
        ) : (
          <ErrorNotice error={change.error} />
        ))}
    </SettingsSection>
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

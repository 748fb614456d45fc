import { useMutation } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { Button } from "../components/button.tsx";
import { errorCode } from "../errors/describe-error.ts";
import { ErrorNotice } from "../errors/error-notice.tsx";
import { TextField } from "../forms/field.tsx";
import { switchWorkspace } from "../session/chosen-workspace.ts";
import type { Session } from "../session/session.ts";
import { signOut } from "../session/sign-in.ts";
import { useTRPCClient } from "../trpc.ts";
import { EntranceLayout } from "./entrance-layout.tsx";

const RequiredFactorPage = lazy(async () => {
  const { RequiredFactorPage } = await import("../features/settings/security/required-factor-page.tsx");
  return { default: RequiredFactorPage };
});

/** For somebody who is signed in, and gets into no workspace: a new account, or one that was removed everywhere. */
export function NoWorkspace({ session }: { session: Session }) {
  if (session.refusal === "auth.factor_required") {
    return (
      <Suspense>
        <RequiredFactorPage session={session} />
      </Suspense>
    );
  }
  return <FirstWorkspace email={session.user.email} />;
}

function FirstWorkspace({ email }: { email: string }) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const client = useTRPCClient();
  // The same however often it is tried, so that one workspace is made.
  const [key] = useState(() => crypto.randomUUID());
  const create = useMutation({
    mutationFn: (name: string) => client.tenants.create.mutate({ key, name }),
    onSuccess: ({ tenantId }) => switchWorkspace(tenantId),
  });
  const leave = useMutation({
    mutationFn: () => signOut(apiUrl),
    // A page that is loaded anew remembers nothing of the session.
    onSuccess: () => location.assign("/sign-in"),
  });
  const nameError =
    errorCode(create.error) === "input.invalid"
      ? "A name has a letter or digit, and at most 80 characters."
      : undefined;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!create.isPending) create.mutate(String(new FormData(event.currentTarget).get("name")).trim());
  }

  return (
    <EntranceLayout
      title="No workspace"
      heading="You are not a member of a workspace"
      lead="Ask an owner or admin of your company's workspace to invite you, or begin one of your own."
    >
      {create.isError && !nameError && <ErrorNotice error={create.error} className="mt-6" />}
      {leave.isError && <ErrorNotice error={leave.error} className="mt-6" />}
      <form onSubmit={submit} aria-label="Create a workspace" className="mt-7">
        <TextField
          label="Name of the workspace"
          name="name"
          required
          maxLength={80}
          autoFocus
          autoComplete="organization"
          hint="Your company, as your colleagues know it."
          error={nameError}
        />
        <Button
          type="submit"
          variant="primary"
          size="medium"
          busy={create.isPending || create.isSuccess}
          className="mt-7 w-full"
        >
          {create.isPending || create.isSuccess ? "Creating…" : "Create workspace"}
        </Button>
      </form>
      <p className="mt-5 text-center text-sm text-ink-soft wrap-anywhere">
        You are signed in as {email}.{" "}
        <button type="button" className="link" onClick={() => leave.mutate()}>
          Sign out
        </button>
      </p>
    </EntranceLayout>
  );
}

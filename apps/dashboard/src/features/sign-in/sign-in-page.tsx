import { useNavigate, useRouteContext, useSearch } from "@tanstack/react-router";
import { type FormEvent, useRef } from "react";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../forms/field.tsx";
import { Notice } from "../../forms/notice.tsx";
import { PasswordField } from "../../forms/password-field.tsx";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { signIn } from "../../session/sign-in.ts";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { CitedAnswerPicture } from "./cited-answer-picture.tsx";

const words = {
  "origin.not_allowed":
    "The server does not accept sign-ins from this address. Open the dashboard at its configured address.",
};

export function SignInPage() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const { to, ended } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const passwordField = useRef<HTMLInputElement>(null);
  const submission = useSubmission(
    (credentials: { email: string; password: string }) => signIn(apiUrl, credentials),
    () => navigate({ href: to, replace: true }),
    () => passwordField.current?.select(),
  );
  const { busy, failure, waitSeconds } = submission;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void submission.submit({ email: String(form.get("email")).trim(), password: String(form.get("password")) });
  }

  const invalid = failure?.code === "INVALID_EMAIL_OR_PASSWORD" || failure?.code === "INVALID_EMAIL";
  return (
    <EntranceLayout
      title="Sign in"
      heading="Sign in to your workspace"
      lead="Your conversations, your knowledge."
      picture={<CitedAnswerPicture />}
    >
      {ended && !failure && waitSeconds === 0 && (
        <Notice tone="warn" role="status" className="mt-6">
          Your session has ended. Sign in to go on where you were.
        </Notice>
      )}
      <SubmissionNotice submission={submission} words={words} className="mt-6" />
      <form onSubmit={submit} aria-label="Sign in" className="mt-7">
        <TextField
          label="E-mail address"
          name="email"
          type="email"
          required
          autoFocus
          autoComplete="username"
          aria-invalid={invalid}
        />
        <PasswordField ref={passwordField} name="password" autoComplete="current-password" aria-invalid={invalid} />
        <Button type="submit" variant="primary" size="medium" busy={busy} className="mt-7 w-full">
          {busy ? "Signing in…" : "Sign in"}
        </Button>
      </form>
    </EntranceLayout>
  );
}

import { Link, useRouteContext } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useRef } from "react";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../forms/field.tsx";
import { PasswordField } from "../../forms/password-field.tsx";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { signIn } from "../../session/sign-in.ts";
import { signInWords } from "./sign-in-words.ts";

type SignInFormProps = {
  /** Whose account it probably is. */
  email?: string;
  /** Said until something else is to be said. */
  notice?: ReactNode;
  onDone: () => void | Promise<void>;
  /** The password was right, and a second factor is wanted. */
  onFactor: () => void;
};

export function SignInForm({ email = "", notice, onDone, onFactor }: SignInFormProps) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const passwordField = useRef<HTMLInputElement>(null);
  const submission = useSubmission(
    (credentials: { email: string; password: string }) => signIn(apiUrl, credentials),
    (answer) => ("secondFactor" in answer ? onFactor() : onDone()),
    () => passwordField.current?.select(),
  );
  const { busy, failure, waitSeconds } = submission;
  const invalid = failure?.code === "INVALID_EMAIL_OR_PASSWORD" || failure?.code === "INVALID_EMAIL";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void submission.submit({ email: String(form.get("email")).trim(), password: String(form.get("password")) });
  }

  return (
    <>
      {!failure && waitSeconds === 0 && notice}
      <SubmissionNotice submission={submission} words={signInWords} className="mt-6" />
      <form onSubmit={submit} aria-label="Sign in" className="mt-7">
        <TextField
          label="E-mail address"
          name="email"
          type="email"
          required
          autoFocus={email === ""}
          defaultValue={email}
          autoComplete="username"
          aria-invalid={invalid}
        />
        <PasswordField
          ref={passwordField}
          name="password"
          autoFocus={email !== ""}
          autoComplete="current-password"
          aria-invalid={invalid}
        />
        <p className="mt-3 text-sm">
          <Link to="/forgot-password" className="link">
            Forgot your password?
          </Link>
        </p>
        <Button type="submit" variant="primary" size="medium" busy={busy} className="mt-6 w-full">
          {busy ? "Signing in…" : "Sign in"}
        </Button>
      </form>
    </>
  );
}

import { Link, useRouteContext } from "@tanstack/react-router";
import { type FormEvent, useRef } from "react";
import { Button } from "../../components/button.tsx";
import { deadLinkWords, isDeadLink } from "../../forms/dead-link.ts";
import { PasswordField } from "../../forms/password-field.tsx";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { accountRequest } from "../../session/account-request.ts";
import { beginAnew } from "../../session/begin-anew.ts";
import { withMailedToken } from "../../session/with-mailed-token.tsx";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { pendingInvitation } from "../invitation/pending-invitation.ts";

const words = deadLinkWords("The link was used before, is too old or is not whole.");

/** Where the link of the mail leads that asks whether an address is somebody's. */
export const VerifyEmailPage = withMailedToken(VerifyEmail);

function VerifyEmail({ token }: { token: string }) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const passwordField = useRef<HTMLInputElement>(null);
  const submission = useSubmission(
    (password: string) => accountRequest(apiUrl, "/verify-email", { token, password }),
    () => beginAnew(pendingInvitation.read() ? "/invitation" : "/inbox"),
    () => passwordField.current?.select(),
  );
  const { busy, failure } = submission;
  const isWrong = failure?.code === "INVALID_EMAIL_OR_PASSWORD";
  const isOver = isDeadLink(failure);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void submission.submit(String(new FormData(event.currentTarget).get("password")));
  }

  return (
    <EntranceLayout
      title="Confirm your address"
      heading="Confirm your address"
      lead="Enter the password that you chose when you signed up. So nobody else can do it for you."
    >
      <SubmissionNotice submission={submission} words={words} hidden={isWrong} className="mt-6" />
      {isOver ? (
        <p className="mt-5 text-sm">
          <Link to="/sign-in" className="link">
            Sign in
          </Link>{" "}
          if you have confirmed it, or{" "}
          <Link to="/sign-up" className="link">
            sign up again
          </Link>
          .
        </p>
      ) : (
        <form onSubmit={submit} aria-label="Confirm your address" className="mt-7">
          <PasswordField
            ref={passwordField}
            name="password"
            autoFocus
            autoComplete="current-password"
            error={isWrong ? "This is not the password that you signed up with." : undefined}
          />
          <Button type="submit" variant="primary" size="medium" busy={busy} className="mt-7 w-full">
            {busy ? "Confirming…" : "Confirm"}
          </Button>
        </form>
      )}
    </EntranceLayout>
  );
}

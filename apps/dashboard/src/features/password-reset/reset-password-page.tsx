import { Link, useNavigate, useRouteContext } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { Button } from "../../components/button.tsx";
import { deadLinkWords, isDeadLink } from "../../forms/dead-link.ts";
import { newPasswordError } from "../../forms/new-password-error.ts";
import { NewPasswordField } from "../../forms/new-password-field.tsx";
import { shortestPassword } from "../../forms/password-rules.ts";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { accountRequest } from "../../session/account-request.ts";
import { withMailedToken } from "../../session/with-mailed-token.tsx";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { toSignIn } from "../sign-in/sign-in-search.ts";

const words = deadLinkWords("The link was used before, is too old or is not whole.");

/** Where the link of the mail leads: a new password, and every device is signed out. */
export const ResetPasswordPage = withMailedToken(ResetPassword);

function ResetPassword({ token }: { token: string }) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const navigate = useNavigate();
  const submission = useSubmission(
    (newPassword: string) => accountRequest(apiUrl, "/reset-password", { newPassword, token }),
    () => navigate({ to: "/sign-in", search: toSignIn("reset"), replace: true }),
  );
  const { busy, failure } = submission;
  const error = newPasswordError(failure);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void submission.submit(String(new FormData(event.currentTarget).get("password")));
  }

  return (
    <EntranceLayout
      title="New password"
      heading="Choose a new password"
      lead="Every device that is signed in to your account is signed out."
    >
      <SubmissionNotice submission={submission} words={words} hidden={error !== undefined} className="mt-6" />
      {isDeadLink(failure) ? (
        <p className="mt-5 text-sm">
          <Link to="/forgot-password" className="link">
            Have another link sent
          </Link>
        </p>
      ) : (
        <form onSubmit={submit} aria-label="Choose a new password" className="mt-7">
          <NewPasswordField
            label="New password"
            name="password"
            autoFocus
            minLength={shortestPassword}
            personal={[]}
            error={error}
          />
          <Button type="submit" variant="primary" size="medium" busy={busy} className="mt-7 w-full">
            {busy ? "Saving…" : "Save the password"}
          </Button>
        </form>
      )}
    </EntranceLayout>
  );
}

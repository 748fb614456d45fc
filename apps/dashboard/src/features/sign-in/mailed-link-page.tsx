import { Link, useNavigate, useRouteContext } from "@tanstack/react-router";
import { Button } from "../../components/button.tsx";
import { deadLinkWords, isDeadLink } from "../../forms/dead-link.ts";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { accountRequest } from "../../session/account-request.ts";
import { withMailedToken } from "../../session/with-mailed-token.tsx";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { type SignInNotice, toSignIn } from "./sign-in-search.ts";

type MailedLink = {
  token: string;
  /** What the link does, below `/api/auth`. */
  path: string;
  heading: string;
  lead: string;
  action: string;
  busyAction: string;
  /** What is said when the link is good no more. */
  gone: string;
  /** What the sign-in page says when it is done. */
  done: SignInNotice;
};

/** Where the link leads that was mailed to a new address of somebody's account. */
export const ChangeEmailPage = withMailedToken(({ token }) => (
  <MailedLinkPage
    token={token}
    path="/change-email/confirm"
    heading="Confirm your new address"
    lead="From then on you sign in with it, and mail goes to it."
    action="Confirm"
    busyAction="Confirming…"
    gone="The link was used before, is too old or is not whole. Nothing has changed."
    done="changed"
  />
));

/** Where the link of the mail leads that tells somebody that their account is locked. */
export const UnlockPage = withMailedToken(({ token }) => (
  <MailedLinkPage
    token={token}
    path="/unlock"
    heading="Unlock your account"
    lead="It was locked because a wrong password or code was given too often. If that was not you, nobody got in."
    action="Unlock"
    busyAction="Unlocking…"
    gone="The link was used before, or is too old. After a while the lock opens by itself."
    done="unlocked"
  />
));

/** A page with one button: opening a link does nothing by itself, since programs that look through mail open links. */
function MailedLinkPage({ token, path, heading, lead, action, busyAction, gone, done }: MailedLink) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const navigate = useNavigate();
  const submission = useSubmission(
    () => accountRequest(apiUrl, path, { token }),
    () => navigate({ to: "/sign-in", search: toSignIn(done), replace: true }),
  );
  return (
    <EntranceLayout title={heading} heading={heading} focusHeading lead={lead}>
      <SubmissionNotice submission={submission} words={deadLinkWords(gone)} className="mt-6" />
      {isDeadLink(submission.failure) ? (
        <p className="mt-5 text-sm">
          <Link to="/sign-in" className="link">
            Go to sign-in
          </Link>
        </p>
      ) : (
        <Button
          variant="primary"
          size="medium"
          busy={submission.busy}
          className="mt-7 w-full"
          onClick={() => void submission.submit(undefined)}
        >
          {submission.busy ? busyAction : action}
        </Button>
      )}
    </EntranceLayout>
  );
}

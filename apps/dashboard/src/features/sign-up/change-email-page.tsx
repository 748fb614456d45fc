import { useNavigate, useRouteContext, useSearch } from "@tanstack/react-router";
import { Button } from "../../components/button.tsx";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { accountRequest } from "../../session/account-request.ts";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { toSignIn } from "../sign-in/sign-in-search.ts";

const words = { INVALID_TOKEN: "The link was used before, is too old or is not whole. Nothing has changed." };

/** Where the link leads that was mailed to a new address of somebody's account. */
export function ChangeEmailPage() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const { token } = useSearch({ from: "/change-email" });
  const navigate = useNavigate();
  const submission = useSubmission(
    () => accountRequest(apiUrl, "/change-email/confirm", { token }),
    () => navigate({ to: "/sign-in", search: toSignIn("changed"), replace: true }),
  );
  return (
    <EntranceLayout
      title="Confirm your new address"
      heading="Confirm your new address"
      focusHeading
      lead="From then on you sign in with it, and mail goes to it."
    >
      <SubmissionNotice submission={submission} words={words} className="mt-6" />
      <Button
        variant="primary"
        size="medium"
        busy={submission.busy}
        className="mt-7 w-full"
        onClick={() => void submission.submit(undefined)}
      >
        {submission.busy ? "Confirming…" : "Confirm"}
      </Button>
    </EntranceLayout>
  );
}

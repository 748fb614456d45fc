import { useNavigate, useRouteContext, useSearch } from "@tanstack/react-router";
import { Button } from "../../components/button.tsx";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { accountRequest } from "../../session/account-request.ts";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { toSignIn } from "./sign-in-search.ts";

const words = { INVALID_TOKEN: "The link was used before, or is too old. After a while the lock opens by itself." };

/** Where the link of the mail leads that tells somebody that their account is locked. */
export function UnlockPage() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const { token } = useSearch({ from: "/unlock" });
  const navigate = useNavigate();
  const submission = useSubmission(
    () => accountRequest(apiUrl, "/unlock", { token }),
    () => navigate({ to: "/sign-in", search: toSignIn("unlocked"), replace: true }),
  );
  return (
    <EntranceLayout
      title="Unlock the account"
      heading="Unlock your account"
      focusHeading
      lead="It was locked because a wrong password or code was given too often. If that was not you, nobody got in."
    >
      <SubmissionNotice submission={submission} words={words} className="mt-6" />
      <Button
        variant="primary"
        size="medium"
        busy={submission.busy}
        className="mt-7 w-full"
        onClick={() => void submission.submit(undefined)}
      >
        {submission.busy ? "Unlocking…" : "Unlock"}
      </Button>
    </EntranceLayout>
  );
}

import { Link, useRouteContext } from "@tanstack/react-router";
import { MailCheck } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { formatWait, useSecondsUntil } from "../../forms/use-seconds-until.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { accountRequest } from "../../session/account-request.ts";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";

/** Until a mail may be asked for again. */
const pauseMs = 60_000;

/** A link is on its way to this address. */
export function CheckMail({ email, onOtherAddress }: { email: string; onOtherAddress: () => void }) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const [sentAtMs, setSentAtMs] = useState(Date.now);
  const [sentAgain, setSentAgain] = useState(false);
  const left = useSecondsUntil(sentAtMs + pauseMs);
  const resend = useSubmission(
    () => accountRequest(apiUrl, "/send-verification-email", { email }),
    () => {
      setSentAtMs(Date.now());
      setSentAgain(true);
    },
  );
  return (
    <EntranceLayout
      title="Check your mail"
      heading="Check your mail"
      focusHeading
      lead={
        <>
          We sent a link to <strong className="font-semibold text-ink">{email}</strong>. Open it to confirm that the
          address is yours; it works for an hour.
        </>
      }
    >
      <div className="mt-7 rounded-card border border-line bg-canvas p-5">
        <p className="flex items-start gap-3 text-sm">
          <MailCheck aria-hidden className="mt-0.5 size-5 shrink-0 text-accent" />
          <span>Nothing there? Look among unwanted mail, or have another one sent.</span>
        </p>
        <SubmissionNotice submission={resend} className="mt-4" />
        <Button
          size="medium"
          className="mt-4 w-full"
          busy={resend.busy}
          disabled={left > 0}
          onClick={() => void resend.submit(undefined)}
        >
          {left > 0 ? `Send again in ${formatWait(left)}` : resend.busy ? "Sending…" : "Send again"}
        </Button>
        <p role="status" className="mt-2 text-center text-sm text-good empty:hidden">
          {sentAgain && "Sent again."}
        </p>
      </div>
      <p className="mt-5 flex flex-wrap justify-between gap-x-4 gap-y-2 text-sm">
        <button type="button" className="link" onClick={onOtherAddress}>
          Use another address
        </button>
        <Link to="/sign-in" className="link">
          Go to sign-in
        </Link>
      </p>
    </EntranceLayout>
  );
}

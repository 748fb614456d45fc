import { Link, useRouteContext } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../forms/field.tsx";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { formatWait, useSecondsUntil } from "../../forms/use-seconds-until.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { accountRequest } from "../../session/account-request.ts";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";

/** Until a mail may be asked for again. */
const pauseMs = 60_000;

/** Has a link sent that leads to a new password. Whether there is such an account is told to its address alone. */
export function ForgotPasswordPage() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const [sent, setSent] = useState<{ email: string; atMs: number }>();
  const left = useSecondsUntil(sent && sent.atMs + pauseMs);
  const submission = useSubmission(
    (email: string) => accountRequest(apiUrl, "/request-password-reset", { email }),
    (_, email) => setSent({ email, atMs: Date.now() }),
  );
  const { busy, failure } = submission;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void submission.submit(String(new FormData(event.currentTarget).get("email")).trim());
  }

  const back = (
    <p className="mt-5 text-sm">
      <Link to="/sign-in" className="link">
        Back to sign-in
      </Link>
    </p>
  );
  if (sent) {
    return (
      <EntranceLayout
        key="sent"
        title="Check your mail"
        heading="Check your mail"
        focusHeading
        lead={
          <>
            If <strong className="font-semibold text-ink">{sent.email}</strong> has an account here, a link to a new
            password is on its way to it.
          </>
        }
      >
        <SubmissionNotice submission={submission} className="mt-6" />
        <Button
          size="medium"
          className="mt-6 w-full"
          busy={busy}
          disabled={left > 0}
          onClick={() => void submission.submit(sent.email)}
        >
          {left > 0 ? `Send again in ${formatWait(left)}` : busy ? "Sending…" : "Send again"}
        </Button>
        {back}
      </EntranceLayout>
    );
  }
  return (
    <EntranceLayout
      key="ask"
      title="Forgot your password"
      heading="Forgot your password?"
      lead="We send a link to your address, which leads to a new one."
    >
      <SubmissionNotice submission={submission} hidden={failure?.code === "INVALID_EMAIL"} className="mt-6" />
      <form onSubmit={submit} aria-label="Forgot your password?" className="mt-7">
        <TextField
          label="E-mail address"
          name="email"
          type="email"
          required
          maxLength={254}
          autoFocus
          autoComplete="username"
          error={failure?.code === "INVALID_EMAIL" ? "This is no e-mail address." : undefined}
        />
        <Button type="submit" variant="primary" size="medium" busy={busy} className="mt-7 w-full">
          {busy ? "Sending…" : "Send the link"}
        </Button>
      </form>
      {back}
    </EntranceLayout>
  );
}

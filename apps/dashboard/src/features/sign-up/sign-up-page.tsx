import { Link, useRouteContext } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../forms/field.tsx";
import { newPasswordError } from "../../forms/new-password-error.ts";
import { NewPasswordField } from "../../forms/new-password-field.tsx";
import { shortestPassword } from "../../forms/password-rules.ts";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { accountRequest } from "../../session/account-request.ts";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { pendingInvitation } from "../invitation/pending-invitation.ts";
import { CitedAnswerPicture } from "../sign-in/cited-answer-picture.tsx";
import { CheckMail } from "./check-mail.tsx";

const words = {
  SIGN_UP_CLOSED:
    "Whoever runs this installation lets nobody sign up without an invitation. Ask for one at the address that you want to use.",
  INVALID_NAME: "A name has 1 to 100 characters, in one line.",
};

type SignUp = { name: string; email: string; password: string; workspace?: string; invitation?: string };

/** A new account, and with it a new workspace; or a place in the one that somebody was invited to. */
export function SignUpPage() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const [invitation, setInvitation] = useState(pendingInvitation.read);
  const [entered, setEntered] = useState({ name: "", email: "", workspace: "" });
  const [sentTo, setSentTo] = useState<string>();
  const submission = useSubmission(
    (body: SignUp) => accountRequest(apiUrl, "/sign-up/email", body),
    (_, { email }) => setSentTo(email),
  );
  const { busy, failure } = submission;
  const passwordError = newPasswordError(failure);
  const emailError = failure?.code === "INVALID_EMAIL" ? "This is no e-mail address." : undefined;

  if (sentTo) return <CheckMail email={sentTo} onOtherAddress={() => setSentTo(undefined)} />;

  const enter = (field: keyof typeof entered) => ({
    name: field,
    value: entered[field],
    onChange: (event: { target: { value: string } }) => setEntered({ ...entered, [field]: event.target.value }),
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void submission.submit({
      name: entered.name.trim(),
      email: entered.email.trim(),
      ...(invitation ? { invitation } : { workspace: entered.workspace.trim() }),
      password: String(new FormData(event.currentTarget).get("password")),
    });
  }

  return (
    <EntranceLayout
      title={invitation ? "Create an account" : "Create a workspace"}
      heading={invitation ? "Create your account" : "Create your workspace"}
      lead={
        invitation ? (
          <>
            To accept the invitation, with the address that it was sent to.{" "}
            <button
              type="button"
              className="link"
              onClick={() => {
                pendingInvitation.forget();
                setInvitation(null);
              }}
            >
              Create a workspace of my own instead
            </button>
          </>
        ) : (
          <>
            Or{" "}
            <Link to="/sign-in" className="link">
              sign in
            </Link>{" "}
            to the one that you have.
          </>
        )
      }
      picture={<CitedAnswerPicture />}
    >
      <SubmissionNotice
        submission={submission}
        words={words}
        hidden={passwordError !== undefined || emailError !== undefined}
        className="mt-6"
      />
      <form
        onSubmit={submit}
        aria-label={invitation ? "Create your account" : "Create your workspace"}
        className="mt-7"
      >
        <TextField label="Your name" {...enter("name")} required maxLength={100} autoFocus autoComplete="name" />
        {!invitation && (
          <TextField
            label="Name of the workspace"
            {...enter("workspace")}
            required
            maxLength={80}
            autoComplete="organization"
            hint="Your company, as your colleagues know it."
          />
        )}
        <TextField
          label="E-mail address"
          {...enter("email")}
          type="email"
          required
          maxLength={254}
          autoComplete="username"
          error={emailError}
        />
        <NewPasswordField
          name="password"
          minLength={shortestPassword}
          personal={[entered.name, entered.email, entered.workspace]}
          error={passwordError}
        />
        <Button type="submit" variant="primary" size="medium" busy={busy} className="mt-7 w-full">
          {busy ? "Creating…" : invitation ? "Create account" : "Create workspace"}
        </Button>
      </form>
    </EntranceLayout>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link, useRouteContext, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { TextField } from "../../../forms/field.tsx";
import { Notice } from "../../../forms/notice.tsx";
import { PasswordField } from "../../../forms/password-field.tsx";
import { SubmissionNotice } from "../../../forms/submission-notice.tsx";
import { useSubmission } from "../../../forms/use-submission.ts";
import { refreshSession, useSession } from "../../../session/session.ts";
import { useAccountRequest } from "../confirm-identity.tsx";
import { NameForm } from "../name-form.tsx";
import { linksQuery } from "../security/account-queries.ts";
import { SettingsPage, SettingsSection } from "../settings-page.tsx";

/** Who somebody is, to colleagues and contacts. */
export function ProfilePage() {
  return (
    <SettingsPage title="Profile" lead="Who you are, in every workspace that you belong to.">
      <Rename />
      <EmailSection />
    </SettingsPage>
  );
}

function Rename() {
  const { user } = useSession();
  const router = useRouter();
  const request = useAccountRequest();
  const [saved, setSaved] = useState(false);
  const submission = useSubmission(
    (name: string) => request("/update-user", { name }),
    async () => {
      await refreshSession(router);
      setSaved(true);
    },
  );
  const isBadName = submission.failure?.code === "INVALID_NAME";
  return (
    <NameForm
      lead="Contacts see it when you answer them."
      purpose="Change the name"
      label="Your name"
      value={user.name}
      maxLength={100}
      autoComplete="name"
      error={isBadName ? "A name has 1 to 100 characters, in one line." : undefined}
      notice={<SubmissionNotice submission={submission} hidden={isBadName} className="mb-4" />}
      busy={submission.busy}
      saved={saved}
      onSave={(name) => {
        setSaved(false);
        void submission.submit(name);
      }}
    />
  );
}

function EmailSection() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const { user } = useSession();
  const links = useQuery(linksQuery(apiUrl)).data;
  return (
    <SettingsSection
      title="E-mail address"
      lead={
        <>
          You sign in with <strong className="font-medium text-ink wrap-anywhere">{user.email}</strong>, and mail goes
          to it.
        </>
      }
    >
      {links?.password === false ? (
        <p className="text-sm">
          Changing it needs a password, and you have none yet:{" "}
          <Link to="/settings/security" className="link">
            set one
          </Link>{" "}
          first.
        </p>
      ) : (
        <EmailForm />
      )}
    </SettingsSection>
  );
}

function EmailForm() {
  const request = useAccountRequest();
  const [sentTo, setSentTo] = useState<string>();
  const submission = useSubmission(
    (body: { newEmail: string; password: string }) => request("/change-email", body),
    (_, { newEmail }) => setSentTo(newEmail),
  );
  const { busy, failure } = submission;
  const emailError = failure?.code === "INVALID_EMAIL" ? "This is no e-mail address." : undefined;
  const passwordError = failure?.code === "INVALID_PASSWORD" ? "This is not your password." : undefined;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setSentTo(undefined);
    const form = new FormData(event.currentTarget);
    void submission.submit({ newEmail: String(form.get("email")).trim(), password: String(form.get("password")) });
  }

  return (
    // Anew with each that was asked for, and so without the password.
    <form key={sentTo} onSubmit={submit} aria-label="Change the e-mail address" className="max-w-90">
      {sentTo && (
        <Notice tone="good" role="status" className="mb-4">
          We sent a link to {sentTo}. The address changes when you open it.
        </Notice>
      )}
      <SubmissionNotice
        submission={submission}
        hidden={emailError !== undefined || passwordError !== undefined}
        className="mb-4"
      />
      <TextField
        className="!mt-0"
        label="New address"
        name="email"
        type="email"
        required
        maxLength={254}
        autoComplete="email"
        error={emailError}
      />
      <PasswordField label="Your password" name="password" autoComplete="current-password" error={passwordError} />
      <Button type="submit" size="medium" busy={busy} className="mt-5">
        {busy ? "Sending…" : "Change the address"}
      </Button>
    </form>
  );
}

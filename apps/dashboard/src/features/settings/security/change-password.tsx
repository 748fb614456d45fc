import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { newPasswordError } from "../../../forms/new-password-error.ts";
import { NewPasswordField } from "../../../forms/new-password-field.tsx";
import { Notice } from "../../../forms/notice.tsx";
import { PasswordField } from "../../../forms/password-field.tsx";
import { shortestPassword, shortestWithSecondFactor } from "../../../forms/password-rules.ts";
import { SubmissionNotice } from "../../../forms/submission-notice.tsx";
import { useSubmission } from "../../../forms/use-submission.ts";
import { useSession } from "../../../session/session.ts";
import { useAccountRequest } from "../confirm-identity.tsx";
import { SettingsSection } from "../settings-page.tsx";
import { devicesQuery, factorQuery } from "./account-queries.ts";

export function ChangePassword() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const { user, tenant } = useSession();
  const request = useAccountRequest();
  const queryClient = useQueryClient();
  const hasFactor = useQuery(factorQuery(apiUrl)).data?.enabled ?? false;
  // Another one for each password that was changed: empty again.
  const [changed, setChanged] = useState(0);
  const submission = useSubmission(
    (body: { currentPassword: string; newPassword: string }) => request("/change-password", body),
    async () => {
      setChanged((count) => count + 1);
      await queryClient.invalidateQueries(devicesQuery(apiUrl));
    },
  );
  const { busy, failure } = submission;
  const isWrong = failure?.code === "INVALID_PASSWORD";
  const error = newPasswordError(failure);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void submission.submit({
      currentPassword: String(form.get("current")),
      newPassword: String(form.get("new")),
    });
  }

  return (
    <SettingsSection title="Password" lead="When you change it, every other device is signed out.">
      <form key={changed} onSubmit={submit} aria-label="Change the password" className="max-w-90">
        {changed > 0 && !failure && !busy && (
          <Notice tone="good" role="status" className="mb-4">
            Your password was changed. Other devices were signed out.
          </Notice>
        )}
        <SubmissionNotice submission={submission} hidden={isWrong || error !== undefined} className="mb-4" />
        <input type="text" autoComplete="username" value={user.email} readOnly hidden />
        <PasswordField
          className="!mt-0"
          label="Current password"
          name="current"
          autoComplete="current-password"
          error={isWrong ? "This is not your current password." : undefined}
        />
        <NewPasswordField
          label="New password"
          name="new"
          minLength={hasFactor ? shortestWithSecondFactor : shortestPassword}
          personal={[user.name, user.email, tenant?.name ?? ""]}
          error={error}
        />
        <Button type="submit" size="medium" busy={busy} className="mt-5">
          {busy ? "Changing…" : "Change password"}
        </Button>
      </form>
    </SettingsSection>
  );
}

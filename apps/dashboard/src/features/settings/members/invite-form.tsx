import type { InvitationId } from "@parley/contracts";
import { type FormEvent, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { errorCode } from "../../../errors/error-code.ts";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { TextField } from "../../../forms/field.tsx";
import { SelectField } from "../../../forms/select-field.tsx";
import { type Role, rolesGivenBy } from "../roles.ts";
import { SettingsSection } from "../settings-page.tsx";
import { useMemberActions } from "./use-members.ts";

const newId = () => crypto.randomUUID() as InvitationId;

export function InviteForm({ by, onDone }: { by: Role; onDone: (done: string) => void }) {
  const { invite } = useMemberActions();
  // The same for as long as it is not known to have arrived, so that trying again invites nobody twice.
  const [id, setId] = useState(newId);
  const [role, setRole] = useState<Role>("member");
  const given = rolesGivenBy(by);
  const code = errorCode(invite.error);
  const emailError =
    code === "member.known"
      ? "Whoever has this address is a member already."
      : code === "input.invalid"
        ? "This is no e-mail address."
        : undefined;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (invite.isPending) return;
    const form = event.currentTarget;
    const email = String(new FormData(form).get("email")).trim();
    invite.mutate(
      { id, email, role },
      {
        onSuccess() {
          form.reset();
          form.querySelector("input")?.focus();
          onDone(`${email} was invited`);
        },
        // Another address is another invitation.
        onSettled: (_, error) => (error && errorCode(error) === undefined ? undefined : setId(newId())),
      },
    );
  }

  return (
    <SettingsSection title="Invite somebody" lead="They get a mail with a link that works for a week.">
      <form onSubmit={submit} aria-label="Invite somebody">
        {invite.isError && !emailError && <ErrorNotice error={invite.error} className="mb-4" />}
        <div className="flex flex-wrap items-start gap-x-3 gap-y-4">
          <TextField
            className="!mt-0 min-w-0 flex-1 basis-60"
            label="E-mail address"
            name="email"
            type="email"
            required
            maxLength={254}
            autoComplete="off"
            error={emailError}
          />
          <SelectField
            label="Role"
            className="min-w-0 flex-1 basis-36 md:max-w-44"
            value={role}
            onChange={({ target }) => setRole(given.find(({ role }) => role === target.value)?.role ?? "member")}
            hint={given.find((known) => known.role === role)?.means}
          >
            {given.map(({ role: value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </SelectField>
          <Button
            type="submit"
            variant="primary"
            size="medium"
            busy={invite.isPending}
            className="max-sm:w-full sm:mt-[29px]"
          >
            {invite.isPending ? "Inviting…" : "Invite"}
          </Button>
        </div>
      </form>
    </SettingsSection>
  );
}

import { useState } from "react";
import { Skeleton } from "../../../components/skeleton.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { useMember } from "../../../session/session.ts";
import { managesMembers } from "../roles.ts";
import { SettingsPage, SettingsSection } from "../settings-page.tsx";
import { InvitationRow } from "./invitation-row.tsx";
import { InviteForm } from "./invite-form.tsx";
import { MemberRow } from "./member-row.tsx";
import { useInvitations, useMembers } from "./use-members.ts";

/** Who belongs to the workspace, and who is to. */
export function MembersPage() {
  const { member, tenant } = useMember();
  const manages = managesMembers(member.role);
  const members = useMembers();
  const invitations = useInvitations(manages);
  // Says what has happened, for who can't see that a row has come, changed or gone.
  const [done, setDone] = useState("");

  return (
    <SettingsPage
      title="Members"
      lead={
        <>
          Who belongs to <span dir="auto">{tenant.name}</span>. What changes here holds at once, everywhere.
        </>
      }
    >
      <p role="status" className="sr-only">
        {done}
      </p>
      {manages && <InviteForm by={member.role} onDone={setDone} />}
      {invitations.isError && !invitations.data && (
        <ErrorNotice error={invitations.error} onRetry={() => void invitations.refetch()} />
      )}
      {invitations.data && invitations.data.length > 0 && (
        <SettingsSection title="Pending invitations" flush>
          <ul aria-label="Pending invitations" className="divide-y divide-line">
            {invitations.data.map((invitation) => (
              <InvitationRow key={invitation.id} invitation={invitation} onDone={setDone} />
            ))}
          </ul>
        </SettingsSection>
      )}
      {members.isPending && <Skeleton className="h-40 !rounded-card" />}
      {members.isError && !members.data && <ErrorNotice error={members.error} onRetry={() => void members.refetch()} />}
      {members.data && (
        <SettingsSection title={members.data.length === 1 ? "One member" : `${members.data.length} members`} flush>
          <ul aria-label="Members" className="divide-y divide-line">
            {members.data.map((listed) => (
              <MemberRow key={listed.id} listed={listed} onDone={setDone} />
            ))}
          </ul>
        </SettingsSection>
      )}
    </SettingsPage>
  );
}

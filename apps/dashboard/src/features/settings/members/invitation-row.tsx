import { Mail } from "lucide-react";
import { Age } from "../../../components/age.tsx";
import { Button } from "../../../components/button.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { roleLabel } from "../roles.ts";
import { type ListedInvitation, useMemberActions } from "./use-members.ts";

type InvitationRowProps = { invitation: ListedInvitation; onDone: (done: string) => void };

export function InvitationRow({ invitation, onDone }: InvitationRowProps) {
  const { id, email, role, invitedBy, sentAt, isOver } = invitation;
  const { resend, revoke } = useMemberActions(() => onDone(`The invitation of ${email} was withdrawn`));
  const error = resend.error ?? revoke.error;
  const busy = resend.isPending || revoke.isPending;
  return (
    <li className="px-4 py-3 md:px-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2.5">
        <Mail aria-hidden className="size-5 shrink-0 text-ink-soft" strokeWidth={1.75} />
        <div className="min-w-0 flex-1 basis-52 text-sm">
          <p className="font-medium wrap-anywhere">
            <bdi>{email}</bdi>
          </p>
          <p className="text-xs text-ink-soft">
            {roleLabel(role)} · invited by <span dir="auto">{invitedBy}</span> · sent <Age at={sentAt} />
            {isOver && <span className="font-medium text-warn"> · has run out</span>}
          </p>
        </div>
        <div className="flex gap-2">
          <Button
            busy={busy}
            onClick={() => {
              revoke.reset();
              resend.mutate(id, { onSuccess: () => onDone(`${email} was sent another mail`) });
            }}
          >
            Send again<span className="sr-only"> to {email}</span>
          </Button>
          <Button
            busy={busy}
            onClick={() => {
              resend.reset();
              revoke.mutate(id);
            }}
          >
            Withdraw<span className="sr-only"> the invitation of {email}</span>
          </Button>
        </div>
      </div>
      {error && <ErrorNotice error={error} className="mt-3" />}
    </li>
  );
}

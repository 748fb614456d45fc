import { useState } from "react";
import { Avatar } from "../../../components/avatar.tsx";
import { Button } from "../../../components/button.tsx";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { useMember } from "../../../session/session.ts";
import { managesMembers, roleLabel, rolesGivenBy } from "../roles.ts";
import { HandOver } from "./hand-over.tsx";
import { type ListedMember, useMemberActions } from "./use-members.ts";

type MemberRowProps = { listed: ListedMember; onDone: (done: string) => void };

/** One member; what somebody else may do about them, if they may. */
export function MemberRow({ listed, onDone }: MemberRowProps) {
  const { id, name, email, role } = listed;
  const { member, tenant } = useMember();
  const [isAsking, setIsAsking] = useState(false);
  const { changeRole, remove } = useMemberActions(() => {
    setIsAsking(false);
    onDone(`${name} was removed`);
  });
  const given = rolesGivenBy(member.role);
  const isSelf = id === member.id;
  const manages = managesMembers(member.role) && !isSelf && (role !== "owner" || member.role === "owner");
  return (
    <li className="px-4 py-3 md:px-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2.5">
        <Avatar name={name} personId={id} />
        <div className="min-w-0 flex-1 basis-48 text-sm">
          <p className="font-medium wrap-anywhere">
            <bdi>{name}</bdi>
            {isSelf && <span className="font-normal text-ink-soft"> (you)</span>}
          </p>
          <p className="text-xs text-ink-soft wrap-anywhere">
            <bdi>{email ?? "Can't sign in any more"}</bdi>
          </p>
        </div>
        {manages ? (
          <div className="flex flex-wrap items-center gap-2">
            <select
              aria-label={`Role of ${name}`}
              value={changeRole.isPending ? changeRole.variables.role : role}
              disabled={changeRole.isPending}
              onChange={({ target }) => {
                const chosen = given.find((known) => known.role === target.value);
                if (!chosen) return;
                changeRole.mutate(
                  { memberId: id, role: chosen.role },
                  { onSuccess: () => onDone(`${name} has the role ${chosen.label} now`) },
                );
              }}
              className="field h-8.5 ps-2 text-sm"
            >
              {given.map(({ role: value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
            {member.role === "owner" && <HandOver to={listed} onDone={onDone} />}
            <Button onClick={() => setIsAsking(true)}>
              Remove<span className="sr-only"> {name}</span>
            </Button>
          </div>
        ) : (
          <span className="text-sm text-ink-soft">{roleLabel(role)}</span>
        )}
      </div>
      {changeRole.isError && <ErrorNotice error={changeRole.error} className="mt-3" />}
      {isAsking && (
        <ConfirmDialog
          title={`Remove ${name}?`}
          action="Remove"
          busyAction="Removing…"
          busy={remove.isPending}
          error={remove.isError && <ErrorNotice error={remove.error} />}
          onConfirm={() => remove.mutate(id)}
          onClosed={() => {
            setIsAsking(false);
            remove.reset();
          }}
        >
          <p>
            {name} sees nothing of {tenant.name} from now on. Conversations that they have wait for a colleague; what
            they wrote stays. API keys that they made are revoked: if a program needs one, replace it first.
          </p>
        </ConfirmDialog>
      )}
    </li>
  );
}

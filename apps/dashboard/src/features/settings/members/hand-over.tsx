import type { MemberId } from "@parley/contracts";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../../components/button.tsx";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { lookAgain, useMember } from "../../../session/session.ts";
import { useMemberActions } from "./use-members.ts";

type HandOverProps = { to: { id: MemberId; name: string }; onDone: (done: string) => void };

/** An owner makes somebody else the owner in their place, in one step. */
export function HandOver({ to: { id, name }, onDone }: HandOverProps) {
  const { tenant } = useMember();
  const router = useRouter();
  const { transferOwnership } = useMemberActions(() => {
    close();
    onDone(`${name} is an owner now, and you are an admin`);
    lookAgain(router);
  });
  const [isAsking, setIsAsking] = useState(false);
  const close = () => {
    setIsAsking(false);
    transferOwnership.reset();
  };
  return (
    <>
      <Button onClick={() => setIsAsking(true)}>
        Hand over<span className="sr-only"> to {name}</span>
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={`Hand ${tenant.name} over to ${name}?`}
          action="Hand over"
          busyAction="Handing over…"
          busy={transferOwnership.isPending}
          error={transferOwnership.isError && <ErrorNotice error={transferOwnership.error} />}
          onConfirm={() => transferOwnership.mutate(id)}
          onClosed={close}
        >
          <p>
            {name} is an owner from now on, and you are an admin. You can't take it back: only an owner makes you one
            again.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

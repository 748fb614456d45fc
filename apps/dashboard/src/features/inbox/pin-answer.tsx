import type { KnowledgeTestId, Message } from "@parley/contracts";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { describeError } from "../../errors/describe-error.ts";
import { mayWrite, useMember } from "../../session/session.ts";
import { useTRPCClient } from "../../trpc.ts";

/** Makes a test of the answer: its question has to be answered from the same places from now on. */
export function PinAnswer({ message: { id: messageId } }: { message: Message }) {
  const client = useTRPCClient();
  const mayAct = mayWrite(useMember());
  const [id] = useState(() => crypto.randomUUID() as KnowledgeTestId);
  const pin = useMutation({ mutationFn: () => client.knowledgeTests.pin.mutate({ id, messageId }) });
  if (!mayAct) return null;
  if (pin.isSuccess) {
    return (
      <Link to="/tests/$testId" params={pin.data} className="rounded-md px-1.5 font-medium text-accent-ink underline">
        Pinned as a test
      </Link>
    );
  }
  return (
    <>
      {pin.isError && <span className="text-bad">{describeError(pin.error).title}</span>}
      <button
        type="button"
        aria-disabled={pin.isPending}
        onClick={() => !pin.isPending && pin.mutate()}
        className="-my-1 rounded-md px-1.5 py-1 font-medium text-accent-ink hover:bg-hover"
      >
        Pin as a test
      </button>
    </>
  );
}

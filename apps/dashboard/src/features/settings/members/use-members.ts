import type { InvitationId, MemberId } from "@parley/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ApiOutputs, useTRPC, useTRPCClient } from "../../../trpc.ts";
import { useConfirmedCall } from "../confirm-identity.tsx";
import type { Role } from "../roles.ts";

export type ListedMember = ApiOutputs["members"]["list"][number];
export type ListedInvitation = ApiOutputs["invitations"]["list"][number];

export function useMembers() {
  const trpc = useTRPC();
  return useQuery(trpc.members.list.queryOptions());
}

/** Nothing for who may not manage members. */
export function useInvitations(enabled: boolean) {
  const trpc = useTRPC();
  return useQuery(trpc.invitations.list.queryOptions(undefined, { enabled }));
}

/**
 * What can be done about members and invitations; both lists are fetched again after it.
 *
 * @param onGone is told at once of what takes its own row or button away: also when that has gone before the answer came
 */
export function useMemberActions(onGone?: () => void) {
  const client = useTRPCClient();
  const confirmed = useConfirmedCall();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () =>
    Promise.all([
      queryClient.invalidateQueries(trpc.members.list.queryFilter()),
      queryClient.invalidateQueries(trpc.invitations.list.queryFilter()),
    ]);
  const onSuccessAndGone = () => {
    onGone?.();
    return onSuccess();
  };
  return {
    changeRole: useMutation({
      mutationFn: (change: { memberId: MemberId; role: Role }) =>
        confirmed(() => client.members.changeRole.mutate(change)),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: (memberId: MemberId) => client.members.remove.mutate({ memberId }),
      onSuccess: onSuccessAndGone,
    }),
    transferOwnership: useMutation({
      mutationFn: (memberId: MemberId) => confirmed(() => client.members.transferOwnership.mutate({ memberId })),
      onSuccess: onSuccessAndGone,
    }),
    invite: useMutation({
      mutationFn: (invitation: { id: InvitationId; email: string; role: Role }) =>
        confirmed(() => client.invitations.create.mutate(invitation)),
      onSuccess,
    }),
    resend: useMutation({
      mutationFn: (invitationId: InvitationId) => client.invitations.resend.mutate({ invitationId }),
      onSuccess,
    }),
    revoke: useMutation({
      mutationFn: (invitationId: InvitationId) => client.invitations.revoke.mutate({ invitationId }),
      onSuccess: onSuccessAndGone,
    }),
  };
}

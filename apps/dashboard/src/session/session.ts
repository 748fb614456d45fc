import type { QueryClient } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import type { ApiOptions, ApiOutputs } from "../trpc.ts";
import { chooseWorkspace } from "./chosen-workspace.ts";

type Me = ApiOutputs["session"]["me"];

/** Who is signed in, and in which workspace; null there when they belong to none. */
export type Session = Me;

/** A signed-in user who has a place in the workspace. */
export type MemberSession = Me & { tenant: NonNullable<Me["tenant"]>; member: NonNullable<Me["member"]> };

/**
 * The session, from the cache when it is there. Who has chosen no workspace yet, or one that is theirs no more, is in the first of
 * theirs.
 *
 * @throws ApiError `auth.required` when nobody is signed in
 */
export async function loadSession(context: { queryClient: QueryClient; trpc: ApiOptions }): Promise<Session> {
  const { queryClient, trpc } = context;
  const options = trpc.session.me.queryOptions(undefined, { staleTime: 5 * 60_000 });
  const session = await queryClient.ensureQueryData(options);
  const [first] = session.memberships;
  const isLost = session.refusal === "tenant.required" || session.refusal === "tenant.not_found";
  if (!isLost || !first) return session;
  chooseWorkspace(first.tenantId);
  return queryClient.fetchQuery({ ...options, staleTime: 0 });
}

/** The member who is signed in. Only within the app's shell, which shows another page to whoever is no member. */
export function useMember(): MemberSession {
  const { session } = useRouteContext({ from: "/app" });
  if (!isMember(session)) throw new Error("a page for members is shown to somebody who is none");
  return session;
}

export function isMember(session: Session): session is MemberSession {
  return session.tenant !== null && session.member !== null;
}

export function useSession(): Session {
  return useRouteContext({ from: "/app" }).session;
}

/** Whether the member may do more than look on. */
export function mayWrite({ member }: MemberSession): boolean {
  return member.role !== "viewer";
}

import type { QueryClient } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import type { ApiOptions, ApiOutputs } from "../trpc.ts";

type Me = ApiOutputs["session"]["me"];

/** Who is signed in, and in which workspace; null there when they belong to none. */
export type Session = Me;

/** A signed-in user who has a place in the workspace. */
export type MemberSession = Me & { tenant: NonNullable<Me["tenant"]>; member: NonNullable<Me["member"]> };

/** The session, from the cache when it is there. @throws ApiError `auth.required` when nobody is signed in */
export function loadSession({ queryClient, trpc }: { queryClient: QueryClient; trpc: ApiOptions }): Promise<Session> {
  return queryClient.ensureQueryData(trpc.session.me.queryOptions(undefined, { staleTime: 5 * 60_000 }));
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

import type { QueryClient } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import type { createAppRouter } from "../router.tsx";
import type { ApiOptions, ApiOutputs } from "../trpc.ts";
import { beginAnew } from "./begin-anew.ts";
import { chooseWorkspace } from "./chosen-workspace.ts";

type AppRouter = ReturnType<typeof createAppRouter>;
type Me = ApiOutputs["session"]["me"];

/** Who is signed in, and in which workspace; null there when they belong to none. */
export type Session = Me;

/** A signed-in user who has a place in the workspace. */
export type MemberSession = Me & { tenant: NonNullable<Me["tenant"]>; member: NonNullable<Me["member"]> };

const me = (trpc: ApiOptions) =>
  // As long as the page is there: that somebody was signed in is what tells a session's end from a first visit.
  trpc.session.me.queryOptions(undefined, { staleTime: 5 * 60_000, gcTime: Number.POSITIVE_INFINITY });

type SessionContext = { queryClient: QueryClient; trpc: ApiOptions };

/** Whom this page is about, from its first session on; and in which workspace, from the first on. */
let subject: { userId: string; tenantId: string | undefined } | undefined;

/**
 * The session, from the cache as long as it is fresh. Who has chosen no workspace yet, or one that is theirs no more, is in the first of
 * theirs. When it is about somebody else than the page was, or another workspace, a page that is loaded anew takes the place of this
 * one, and no answer comes.
 *
 * @param options.anew asks the server, however fresh it is
 * @throws ApiError `auth.required` when nobody is signed in
 */
export async function loadSession({ queryClient, trpc }: SessionContext, { anew = false } = {}): Promise<Session> {
  const options = me(trpc);
  let session = await queryClient.fetchQuery(anew ? { ...options, staleTime: 0 } : options);
  if (subject && !isAbout(session, subject)) return beginAnew("/");
  const [first] = session.memberships;
  const isLost = session.refusal === "tenant.required" || session.refusal === "tenant.not_found";
  if (isLost && first) {
    chooseWorkspace(first.tenantId);
    session = await queryClient.fetchQuery({ ...options, staleTime: 0 });
  }
  subject = { userId: session.user.id, tenantId: session.tenant?.id };
  return session;
}

function isAbout({ user, tenant }: Session, { userId, tenantId }: NonNullable<typeof subject>): boolean {
  return user.id === userId && (tenantId === undefined || tenant?.id === tenantId);
}

/** The session as the page had it last; undefined when nobody was signed in yet. */
export function knownSession({ queryClient, trpc }: SessionContext): Session | undefined {
  return queryClient.getQueryData(me(trpc).queryKey);
}

/** Asks the server again who is signed in and what they may do, and shows what has changed. */
export async function refreshSession(router: Pick<AppRouter, "options" | "invalidate">): Promise<void> {
  const { context } = router.options;
  const former = knownSession(context);
  if ((await loadSession(context, { anew: true })) !== former) await router.invalidate();
}

/** The same, with nobody waiting for it. When it fails, whatever is refused next asks again. */
export function lookAgain(router: Pick<AppRouter, "options" | "invalidate">): void {
  void refreshSession(router).catch(() => undefined);
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

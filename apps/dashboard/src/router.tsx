import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { PageError } from "./errors/page-error.tsx";
import type { CostsSearch } from "./features/costs/costs-search.ts";
import { InboxPage } from "./features/inbox/inbox-page.tsx";
import { parseInboxSearch } from "./features/inbox/inbox-search.ts";
import { pendingInvitation } from "./features/invitation/pending-invitation.ts";
import type { DocumentSearch } from "./features/knowledge/document-search.ts";
import type { FoundDocuments } from "./features/knowledge/found-documents.ts";
import type { KnowledgeSearch } from "./features/knowledge/knowledge-search.ts";
import type { SourceSearch } from "./features/knowledge/sources/state-filter.tsx";
import type { AuditLogSearch } from "./features/settings/audit-log/audit-log-filter.ts";
import { parseSignInSearch } from "./features/sign-in/sign-in-search.ts";
import { knownSession, loadSession } from "./session/session.ts";
import { sessionFault } from "./session/session-fault.ts";
import { AppShell } from "./shell/app-shell.tsx";
import type { ApiOptions } from "./trpc.ts";

/** What a mailed link opens a page with: behind the #, where no server gets to see it. Empty when there is none. */
const mailedToken = ({ location }: { location: { hash: string } }) => ({ mailedToken: location.hash });

export type RouterContext = { apiUrl: string; queryClient: QueryClient; trpc: ApiOptions };

const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: lazyRouteComponent(() => import("./errors/not-found-page.tsx"), "NotFoundPage"),
  errorComponent: PageError,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: parseSignInSearch,
  component: lazyRouteComponent(() => import("./features/sign-in/sign-in-page.tsx"), "SignInPage"),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  component: lazyRouteComponent(() => import("./features/sign-up/sign-up-page.tsx"), "SignUpPage"),
});

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  beforeLoad: mailedToken,
  component: lazyRouteComponent(() => import("./features/sign-up/verify-email-page.tsx"), "VerifyEmailPage"),
});

const changeEmail = createRoute({
  getParentRoute: () => root,
  path: "/change-email",
  beforeLoad: mailedToken,
  component: lazyRouteComponent(() => import("./features/sign-in/mailed-link-page.tsx"), "ChangeEmailPage"),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(
    () => import("./features/password-reset/forgot-password-page.tsx"),
    "ForgotPasswordPage",
  ),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  beforeLoad: mailedToken,
  component: lazyRouteComponent(() => import("./features/password-reset/reset-password-page.tsx"), "ResetPasswordPage"),
});

const unlock = createRoute({
  getParentRoute: () => root,
  path: "/unlock",
  beforeLoad: mailedToken,
  component: lazyRouteComponent(() => import("./features/sign-in/mailed-link-page.tsx"), "UnlockPage"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  // Who was sent away to sign in or up finds it again.
  beforeLoad: ({ location }) => ({ mailedToken: location.hash || (pendingInvitation.read() ?? "") }),
  component: lazyRouteComponent(() => import("./features/invitation/invitation-page.tsx"), "InvitationPage"),
});

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  async beforeLoad({ context, location }) {
    try {
      return { session: await loadSession(context) };
    } catch (error) {
      if (sessionFault(error) !== "ended") throw error;
      // The page that was asked for, under the cover that asks to sign in again: what was typed is there when they have.
      const known = knownSession(context);
      if (known) return { session: known };
      throw redirect({ to: "/sign-in", search: { to: location.href }, replace: true });
    }
  },
  component: AppShell,
});

const home = createRoute({
  getParentRoute: () => app,
  path: "/",
  beforeLoad() {
    throw redirect({ to: "/inbox", replace: true });
  },
});

const inbox = createRoute({
  getParentRoute: () => app,
  path: "/inbox",
  validateSearch: parseInboxSearch,
  component: InboxPage,
});

const noConversation = createRoute({
  getParentRoute: () => inbox,
  path: "/",
  component: lazyRouteComponent(() => import("./features/inbox/no-conversation.tsx"), "NoConversation"),
});

const conversation = createRoute({
  getParentRoute: () => inbox,
  path: "$conversationId",
  component: lazyRouteComponent(() => import("./features/inbox/conversation-page.tsx"), "ConversationPage"),
});

const knowledge = createRoute({
  getParentRoute: () => app,
  path: "/knowledge",
  validateSearch: (search: FoundDocuments) => search,
  component: lazyRouteComponent(() => import("./features/knowledge/knowledge-page.tsx"), "KnowledgePage"),
});

const knowledgeSearch = createRoute({
  getParentRoute: () => app,
  path: "/knowledge/search",
  // Read by the page itself, whose code the first view does without.
  validateSearch: (search: KnowledgeSearch) => search,
  component: lazyRouteComponent(() => import("./features/knowledge/search-page.tsx"), "SearchPage"),
});

const embedder = createRoute({
  getParentRoute: () => app,
  path: "/knowledge/embedder",
  component: lazyRouteComponent(() => import("./features/knowledge/embedder/embedder-page.tsx"), "EmbedderPage"),
});

const source = createRoute({
  getParentRoute: () => app,
  path: "/knowledge/sources/$sourceId",
  validateSearch: (search: SourceSearch) => search,
  component: lazyRouteComponent(() => import("./features/knowledge/sources/source-page.tsx"), "SourcePage"),
});

const document = createRoute({
  getParentRoute: () => app,
  path: "/knowledge/$documentId",
  validateSearch: (search: DocumentSearch) => search,
  component: lazyRouteComponent(() => import("./features/knowledge/document-page.tsx"), "DocumentPage"),
});

const guidance = createRoute({
  getParentRoute: () => app,
  path: "/assistant",
  component: lazyRouteComponent(() => import("./features/assistant/guidance-page.tsx"), "GuidancePage"),
});

const tools = createRoute({
  getParentRoute: () => app,
  path: "/assistant/tools",
  component: lazyRouteComponent(() => import("./features/assistant/tools-page.tsx"), "ToolsPage"),
});

const costs = createRoute({
  getParentRoute: () => app,
  path: "/costs",
  // Read by the page itself, whose code the first view does without.
  validateSearch: (search: CostsSearch) => search,
  component: lazyRouteComponent(() => import("./features/costs/costs-page.tsx"), "CostsPage"),
});

const gaps = createRoute({
  getParentRoute: () => app,
  path: "/gaps",
  // Read by the page itself, whose code the first view does without.
  validateSearch: (search: { show?: "open" | "closed" | "ignored" }) => search,
  component: lazyRouteComponent(() => import("./features/gaps/gaps-page.tsx"), "GapsPage"),
});

const gap = createRoute({
  getParentRoute: () => app,
  path: "/gaps/$gapId",
  component: lazyRouteComponent(() => import("./features/gaps/gap-page.tsx"), "GapPage"),
});

const tests = createRoute({
  getParentRoute: () => app,
  path: "/tests",
  component: lazyRouteComponent(() => import("./features/tests/tests-page.tsx"), "TestsPage"),
});

const heldChanges = createRoute({
  getParentRoute: () => app,
  path: "/tests/changes",
  component: lazyRouteComponent(() => import("./features/tests/changes-page.tsx"), "ChangesPage"),
});

const test = createRoute({
  getParentRoute: () => app,
  path: "/tests/$testId",
  component: lazyRouteComponent(() => import("./features/tests/test-page.tsx"), "TestPage"),
});

const models = createRoute({
  getParentRoute: () => app,
  path: "/assistant/models",
  component: lazyRouteComponent(() => import("./features/assistant/models-page.tsx"), "ModelsPage"),
});

const playground = createRoute({
  getParentRoute: () => app,
  path: "/assistant/playground",
  component: lazyRouteComponent(() => import("./features/assistant/playground-page.tsx"), "PlaygroundPage"),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: "/settings",
  component: lazyRouteComponent(() => import("./features/settings/settings-layout.tsx"), "SettingsLayout"),
});

const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: "/",
  beforeLoad() {
    throw redirect({ to: "/settings/profile", replace: true });
  },
});

const security = createRoute({
  getParentRoute: () => settings,
  path: "/security",
  // What a provider's pages lead back with.
  validateSearch: (search: { linked?: string; error?: string; unconfirmed?: 1 }) => search,
  component: lazyRouteComponent(() => import("./features/settings/security/security-page.tsx"), "SecurityPage"),
});

const profile = createRoute({
  getParentRoute: () => settings,
  path: "/profile",
  component: lazyRouteComponent(() => import("./features/settings/profile/profile-page.tsx"), "ProfilePage"),
});

const workspace = createRoute({
  getParentRoute: () => settings,
  path: "/workspace",
  component: lazyRouteComponent(() => import("./features/settings/workspace/workspace-page.tsx"), "WorkspacePage"),
});

const members = createRoute({
  getParentRoute: () => settings,
  path: "/members",
  component: lazyRouteComponent(() => import("./features/settings/members/members-page.tsx"), "MembersPage"),
});

const apiKeys = createRoute({
  getParentRoute: () => settings,
  path: "/api-keys",
  component: lazyRouteComponent(() => import("./features/settings/api-keys/api-keys-page.tsx"), "ApiKeysPage"),
});

const auditLog = createRoute({
  getParentRoute: () => settings,
  path: "/audit-log",
  // Read by the page itself, whose code the first view does without.
  validateSearch: (search: AuditLogSearch) => search,
  component: lazyRouteComponent(() => import("./features/settings/audit-log/audit-log-page.tsx"), "AuditLogPage"),
});

const routeTree = root.addChildren([
  signIn,
  signUp,
  verifyEmail,
  changeEmail,
  forgotPassword,
  resetPassword,
  unlock,
  invitation,
  app.addChildren([
    home,
    inbox.addChildren([noConversation, conversation]),
    knowledge,
    knowledgeSearch,
    embedder,
    source,
    document,
    guidance,
    models,
    playground,
    tools,
    costs,
    gaps,
    gap,
    tests,
    heldChanges,
    test,
    settings.addChildren([settingsHome, profile, security, workspace, members, apiKeys, auditLog]),
  ]),
]);

export function createAppRouter(context: RouterContext) {
  return createRouter({ routeTree, context, defaultPreload: "intent", defaultPreloadStaleTime: 0 });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

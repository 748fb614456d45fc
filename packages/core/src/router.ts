import { tenantsRouter } from "./accounts/router.ts";
import { apiKeysRouter } from "./api-keys/router.ts";
import { assistantRouter, runsRouter } from "./assistant/router.ts";
import { auditRouter } from "./audit/router.ts";
import { conversationsRouter } from "./conversations/router.ts";
import { costsRouter } from "./costs/router.ts";
import { gapsRouter } from "./gaps/router.ts";
import { knowledgeRouter } from "./knowledge/router.ts";
import { knowledgeTestsRouter } from "./knowledge-tests/router.ts";
import { invitationsRouter, membersRouter } from "./members/router.ts";
import { sessionRouter } from "./tenants/router.ts";
import { router } from "./trpc.ts";

/** Everything that our own apps can ask of the api. */
export const appRouter = router({
  apiKeys: apiKeysRouter,
  session: sessionRouter,
  tenants: tenantsRouter,
  members: membersRouter,
  invitations: invitationsRouter,
  conversations: conversationsRouter,
  runs: runsRouter,
  assistant: assistantRouter,
  knowledge: knowledgeRouter,
  costs: costsRouter,
  knowledgeTests: knowledgeTestsRouter,
  gaps: gapsRouter,
  audit: auditRouter,
});
export type AppRouter = typeof appRouter;

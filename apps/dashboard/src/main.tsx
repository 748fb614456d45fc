import "./styles.css";
import { focusManager, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { readApiUrl } from "./api-url.ts";
import { createQueryClient } from "./query-client.ts";
import { createAppRouter } from "./router.tsx";
import { watchReturn } from "./session/begin-anew.ts";
import { pages, tellOtherPages } from "./session/pages.ts";
import { watchPresence } from "./session/presence.ts";
import { knownSession, refreshSession } from "./session/session.ts";
import { sessionEnd } from "./session/session-end.ts";
import { ServerWait } from "./shell/server-wait.tsx";
import { showTheme } from "./theme.ts";
import { createApiClient, TRPCProvider } from "./trpc.ts";

showTheme(document.documentElement);
watchPresence(window);
watchReturn(window);

const apiUrl = readApiUrl(document);
const client = createApiClient(apiUrl);
const queryClient = createQueryClient({
  onSignedOut() {
    // Nobody was signed in before: the router itself has just asked, and goes to the sign-in page.
    if (knownSession({ queryClient, trpc })) sessionEnd.write(true);
  },
  onLost: lookAgain,
});
const trpc = createTRPCOptionsProxy({ client, queryClient });
function lookAgain() {
  // When it fails, the next failure asks again.
  if (knownSession({ queryClient, trpc })) void lookAfterSession().catch(() => undefined);
}

async function lookAfterSession() {
  await refreshSession(router);
  if (!sessionEnd.read()) return;
  // The same person has signed in again, in another page.
  sessionEnd.write(false);
  await queryClient.invalidateQueries();
}

pages.onmessage = lookAgain;
// A page that is covered may not have heard of the next session, or have been told of the last one's end too late.
focusManager.subscribe((isLookedAt) => isLookedAt && sessionEnd.read() && lookAgain());
tellOtherPages();
const router = createAppRouter({ apiUrl, queryClient, trpc });

const root = document.getElementById("root");
if (!root) throw new Error("the page has no place for the dashboard");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        <RouterProvider router={router} />
        <ServerWait />
      </TRPCProvider>
    </QueryClientProvider>
  </StrictMode>,
);

import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { readApiUrl } from "./api-url.ts";
import { createQueryClient } from "./query-client.ts";
import { createAppRouter } from "./router.tsx";
import { watchPresence } from "./session/presence.ts";
import { sessionEnd } from "./session/session-end.ts";
import { ServerWait } from "./shell/server-wait.tsx";
import { showTheme } from "./theme.ts";
import { createApiClient, TRPCProvider } from "./trpc.ts";

showTheme(document.documentElement);
watchPresence(window);

const apiUrl = readApiUrl(document);
const client = createApiClient(apiUrl);
const queryClient = createQueryClient(() => {
  // Nobody was signed in before: the router itself has just asked, and goes to the sign-in page.
  if (queryClient.getQueryData(trpc.session.me.queryKey())) sessionEnd.write(true);
});
const trpc = createTRPCOptionsProxy({ client, queryClient });
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

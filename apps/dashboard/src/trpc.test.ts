import { afterEach, expect, test, vi } from "vitest";
import { createApiClient, patient } from "./trpc.ts";

vi.mock("./session/presence.ts", () => ({ presenceHeaders: () => ({}) }));
vi.mock("./session/chosen-workspace.ts", () => ({ workspaceHeaders: () => ({}) }));
afterEach(() => void vi.restoreAllMocks());

test("what may take long is waited for, and keeps nobody waiting who asked for something else at the same time", async () => {
  const timeouts = vi.spyOn(AbortSignal, "timeout");
  const asked: { path: string; timeoutMs: number | undefined }[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    const { pathname } = new URL(url);
    if (pathname === "/api/csrf") return Response.json({ token: "t" });
    asked.push({ path: pathname, timeoutMs: timeouts.mock.lastCall?.[0] });
    return Response.json(pathname.split(",").map(() => ({ result: { data: null } })));
  });
  const { knowledgeTests, session, assistant } = createApiClient("https://api.example.com");
  await Promise.all([
    knowledgeTests.start.mutate(),
    assistant.playground.ask.mutate({ question: "How?" }, { context: patient }),
    session.ticket.mutate(),
  ]);
  expect(asked.sort((one, other) => one.path.localeCompare(other.path))).toEqual([
    { path: "/trpc/assistant.playground.ask", timeoutMs: 90_000 },
    { path: "/trpc/knowledgeTests.start,session.ticket", timeoutMs: 30_000 },
  ]);
});

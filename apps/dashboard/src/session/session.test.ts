import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createQueryClient } from "../query-client.ts";
import { createApiClient } from "../trpc.ts";

const ours = { tenantId: "11111111-1111-4111-8111-111111111111", tenantName: "Ours" };
const theirs = { tenantId: "22222222-2222-4222-8222-222222222222", tenantName: "Theirs" };
const ada = { id: "ada", name: "Ada", email: "ada@example.com" };
const inTenant = ({ tenantId: id, tenantName: name }: typeof ours, memberships = [ours, theirs]) => ({
  user: ada,
  memberships,
  tenant: { id, name },
  member: { id: "m", name: "Ada", role: "owner" },
  refusal: null,
});
const outside = (refusal: string, memberships: (typeof ours)[] = []) => ({
  user: ada,
  memberships,
  tenant: null,
  member: null,
  refusal,
});

let answers: (object | "auth.required")[];
let replace: ReturnType<typeof vi.fn>;
beforeEach(() => {
  vi.resetModules();
  const stored = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
  replace = vi.fn();
  vi.stubGlobal("location", { replace, assign: replace });
  vi.stubGlobal("fetch", async (url: string) => {
    if (url.endsWith("/api/csrf")) return Response.json({ token: "t" });
    const answer = answers.shift();
    if (!answer) throw new Error("asked once too often");
    return answer === "auth.required"
      ? Response.json([{ error: { code: -32001, message: answer, data: { appCode: answer } } }], { status: 401 })
      : Response.json([{ result: { data: answer } }]);
  });
});
afterEach(() => void vi.unstubAllGlobals());

/** A page of its own, which has loaded nothing yet. */
async function openPage() {
  const { loadSession, knownSession } = await import("./session.ts");
  const onLost = vi.fn();
  const onSignedOut = vi.fn();
  const queryClient = createQueryClient({ onLost, onSignedOut });
  const trpc = createTRPCOptionsProxy({ client: createApiClient("https://api.example.com"), queryClient });
  const context = { queryClient, trpc } as Parameters<typeof loadSession>[0];
  return {
    load: (options?: { anew: boolean }) => loadSession(context, options),
    known: () => knownSession(context),
    onLost,
    onSignedOut,
  };
}

test("whoever has chosen no workspace is in the first of theirs", async () => {
  answers = [outside("tenant.required", [ours, theirs]), inTenant(ours)];
  const page = await openPage();
  expect((await page.load()).tenant?.name).toBe("Ours");
  expect(replace).not.toHaveBeenCalled();
});

test.each([
  ["who was removed and has another workspace", outside("tenant.not_found", [theirs])],
  ["who was removed and has none", outside("tenant.not_found")],
  ["of whom the workspace wants a second factor", outside("auth.factor_required", [ours])],
  ["who is somebody else", { ...inTenant(ours), user: { ...ada, id: "grace" } }],
])("a page of a workspace shows nothing of it to somebody %s: it begins anew", async (_, later) => {
  answers = [inTenant(ours), later, inTenant(theirs)];
  const page = await openPage();
  await page.load();
  const shown = vi.fn();
  void page.load({ anew: true }).then(shown);
  await vi.waitFor(() => expect(replace).toHaveBeenCalledExactlyOnceWith("/"));
  expect(shown).not.toHaveBeenCalled();
});

test("another role is another session of the same page", async () => {
  const demoted = { ...inTenant(ours), member: { id: "m", name: "Ada", role: "viewer" } };
  answers = [inTenant(ours), demoted];
  const page = await openPage();
  await page.load();
  expect((await page.load({ anew: true })).member?.role).toBe("viewer");
  expect(replace).not.toHaveBeenCalled();
});

test("a session's end leaves known whose page it is", async () => {
  answers = [inTenant(ours), "auth.required"];
  const page = await openPage();
  await page.load();
  await expect(page.load({ anew: true })).rejects.toThrow("auth.required");
  expect(page.onSignedOut).toHaveBeenCalledOnce();
  expect(page.known()?.user.name).toBe("Ada");
});

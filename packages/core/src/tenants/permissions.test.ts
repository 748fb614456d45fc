import { MemberId, Role, TenantId, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { describe, expect, test } from "vitest";
import { createWorkspaceModels } from "../assistant/workspace-models.ts";
import { appRouter } from "../router.ts";
import { createWordEmbedder } from "../testing/library.ts";
import { procedures as everyProcedure } from "../testing/procedures.ts";
import { type Context, createCallerFactory } from "../trpc.ts";
import { type Permission, permissions } from "./permissions.ts";

const procedures = everyProcedure.map(({ path, meta: { permission, confirmed } }) => ({ path, permission, confirmed }));
const ofMembers = procedures.filter(
  (procedure): procedure is typeof procedure & { permission: Permission } =>
    procedure.permission !== undefined && procedure.permission in permissions,
);

const user: Context["user"] = { id: UserId.parse("ada"), name: "Ada", email: "ada@example.com" };
const someId = "00000000-0000-4000-8000-000000000001";
const memberWith = (role: Role): Context["caller"] => ({
  kind: "member",
  tenantId: TenantId.parse(someId),
  memberId: MemberId.parse(someId),
  name: "Ada",
  role,
});

/** A database that nobody gets to: whoever asks it has been let in. */
const letIn = new Error("let in");
const db = new Proxy({} as Database, {
  get: () => () => {
    throw letIn;
  },
});

/** The code of the refusal; undefined when the caller got past the door, whatever became of it there. */
async function refusal(
  path: string,
  who: Pick<Context, "user" | "caller">,
  { fresh }: { fresh: boolean } = { fresh: true },
): Promise<string | undefined> {
  const api = createCallerFactory(appRouter)({
    db,
    embedder: createWordEmbedder(),
    requestId: "a request",
    ip: "192.0.2.1",
    facts: {},
    secret: "a secret of tests alone, 32 characters or more",
    realtimeUrl: "ws://localhost:3002",
    dashboardUrl: "http://localhost:5174",
    mailJobs: { send: () => Promise.reject(letIn) },
    knowledgeJobs: { send: () => Promise.reject(letIn) },
    models: createWorkspaceModels({
      db,
      secret: "a secret",
      fetch: () => Promise.reject(letIn),
      installation: undefined,
    }),
    countInvitation: () => Promise.reject(letIn),
    countSearch: () => Promise.reject(letIn),
    isOpen: true,
    session: who.user && { id: "a session", fresh, secondFactor: false },
    ...who,
  });
  const call = path.split(".").reduce<unknown>((place, name) => (place as Record<string, unknown>)[name], api);
  try {
    await (call as (input?: unknown) => Promise<unknown>)();
  } catch (error) {
    const { message } = error as Error;
    if (["auth.required", "auth.forbidden", "auth.confirmation_required"].includes(message)) return message;
  }
  return undefined;
}

test("every procedure says who may call it", () => {
  expect(procedures.length).toBeGreaterThan(0);
  expect(procedures.filter(({ permission }) => permission === undefined)).toEqual([]);
});

test("no permission stands in the matrix that no procedure asks for", () => {
  const asked = new Set(ofMembers.map(({ permission }) => permission));
  expect(Object.keys(permissions).filter((permission) => !asked.has(permission as Permission))).toEqual([]);
});

test("nothing can be called without signing in but what is named here", () => {
  const open = procedures.filter(({ permission }) => permission === "anybody").map(({ path }) => path);
  expect(open).toEqual(["invitations.look"]); // whoever has the link of an invitation
});

test("[S4] these want to have been confirmed in the last 10 minutes, before they read anything else", async () => {
  const confirmed = ofMembers.filter((procedure) => procedure.confirmed).map(({ path }) => path);
  expect(confirmed.sort()).toEqual([
    "apiKeys.create",
    "apiKeys.rotate",
    "assistant.models.saveProvider",
    "assistant.tools.save",
    "audit.beginExport",
    "knowledge.embedder.change",
    "members.transferOwnership",
    "tenants.requireSecondFactor",
  ]);
  const caller = memberWith("owner");
  for (const { path, confirmed } of ofMembers) {
    const code = await refusal(path, { user, caller }, { fresh: false });
    expect([path, code]).toEqual([path, confirmed ? "auth.confirmation_required" : undefined]);
  }
});

test("an owner may do all that anybody may", () => {
  const withoutOwner = Object.entries(permissions).filter(([, roles]) => !(roles as readonly Role[]).includes("owner"));
  expect(withoutOwner).toEqual([]);
});

describe.each(ofMembers)("$path needs $permission:", ({ path, permission }) => {
  const holders: readonly Role[] = permissions[permission];

  test.each(Role.options.filter((role) => holders.includes(role)))("the %s is let in", async (role) => {
    expect(await refusal(path, { user, caller: memberWith(role) })).toBeUndefined();
  });

  test.each(Role.options.filter((role) => !holders.includes(role)))("the %s is refused", async (role) => {
    expect(await refusal(path, { user, caller: memberWith(role) })).toBe("auth.forbidden");
  });

  test("who belongs to no tenant is refused, and who is not signed in is asked to", async () => {
    expect(await refusal(path, { user, caller: undefined })).toBe("auth.forbidden");
    expect(await refusal(path, { user: undefined, caller: undefined })).toBe("auth.required");
  });
});

describe.each(procedures.filter(({ permission }) => permission === "account"))(
  "$path is about one's account:",
  ({ path }) => {
    test("whoever is signed in is let in, with a tenant or without; nobody else", async () => {
      expect(await refusal(path, { user, caller: undefined })).toBeUndefined();
      expect(await refusal(path, { user: undefined, caller: undefined })).toBe("auth.required");
    });
  },
);

import { type AssistantSettings, defaultAssistantSettings } from "@parley/contracts";
import { expect, test } from "vitest";
import { listAuditEntries } from "../../audit/list-entries.ts";
import { startVisit } from "../../inboxes/start-visit.ts";
import { createWorld } from "../../testing/world.ts";

const refused = (code: string) => ({ cause: { code } });
const settings = (more: Partial<AssistantSettings>): AssistantSettings => ({ ...defaultAssistantSettings, ...more });

test("what the assistant is called and told is kept version by version: who, when, and each can be brought back", async () => {
  await using world = await createWorld();
  const { tenantId, api } = await world.tenant();
  expect(await api.assistant.settings.get()).toEqual({ version: 0, ...defaultAssistantSettings });

  const admin = await world.colleague(tenantId, "admin", "Grace");
  const first = settings({ name: "  Nova \n Bot ", guidance: "Say *you*.\r\n\u0007", linkHosts: ["Docs.Example"] });
  expect(await api.assistant.settings.change({ basedOn: 0, settings: first })).toEqual({ version: 1 });
  await admin.api.assistant.settings.change({ basedOn: 1, settings: settings({ name: "Nova Bot", tone: "formal" }) });
  await api.assistant.settings.restore({ basedOn: 2, version: 1 });

  const kept = settings({ name: "Nova Bot", guidance: "Say *you*.", linkHosts: ["docs.example"] });
  expect(await api.assistant.settings.get()).toEqual({ version: 3, ...kept });
  expect(await api.assistant.settings.versions()).toMatchObject([
    { version: 3, restored: 1, changedBy: "Ada", ...kept },
    { version: 2, restored: null, changedBy: "Grace", tone: "formal", guidance: "" },
    { version: 1, restored: null, changedBy: "Ada", ...kept },
  ]);
  await api.assistant.settings.restore({ basedOn: 3, version: 0 });
  expect(await api.assistant.settings.get()).toEqual({ version: 4, ...defaultAssistantSettings });

  const { entries } = await listAuditEntries(world.db, tenantId, { action: "assistant.changed" });
  expect(entries.map(({ target, details }) => [target?.id, details])).toEqual([
    ["4", { changed: "name guidance linkHosts", restored: null }],
    ["3", { changed: "tone guidance linkHosts", restored: 1 }],
    ["2", { changed: "tone guidance linkHosts", restored: null }],
    ["1", { changed: "name guidance linkHosts", restored: null }],
  ]);
});

test("what is so already changes nothing, and nobody changes what somebody else has just changed", async () => {
  await using world = await createWorld();
  const { api } = await world.tenant();
  const one = settings({ name: "One" });
  await api.assistant.settings.change({ basedOn: 0, settings: one });
  expect(await api.assistant.settings.change({ basedOn: 1, settings: one })).toEqual({ version: 1 });
  const late = api.assistant.settings.change({ basedOn: 0, settings: settings({ name: "Two" }) });
  await expect(late).rejects.toMatchObject(refused("assistant.settings_changed"));
  await expect(api.assistant.settings.restore({ basedOn: 0, version: 0 })).rejects.toMatchObject(
    refused("assistant.settings_changed"),
  );
  await expect(api.assistant.settings.restore({ basedOn: 1, version: 7 })).rejects.toMatchObject(
    refused("assistant.version_not_found"),
  );
  // Of those who begin from the same version, one is first.
  const race = ["A", "B", "C"].map((name) =>
    api.assistant.settings.change({ basedOn: 1, settings: settings({ name }) }),
  );
  const ends = await Promise.allSettled(race);
  expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await api.assistant.settings.versions()).toHaveLength(2);
});

test.each([
  ["a name that is too long", { name: "x".repeat(41) }],
  ["guidance that is too long", { guidance: "x".repeat(4_001) }],
  ["an address in a host's place", { linkHosts: ["https://docs.example"] }],
  ["a host with a port", { linkHosts: ["docs.example:8080"] }],
  ["too many hosts", { linkHosts: Array.from({ length: 21 }, (_, index) => `h${index}.example`) }],
  ["a tone of no kind", { tone: "rude" as never }],
])("%s is refused", async (_what, more) => {
  await using world = await createWorld();
  const { api } = await world.tenant();
  const change = api.assistant.settings.change({ basedOn: 0, settings: settings(more) });
  await expect(change).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("the visitor's chat shows the assistant's name, and the inbox's own while it has none", async () => {
  await using world = await createWorld();
  const { api, inbox } = await world.tenant();
  const deps = {
    db: world.db,
    secret: "a secret of tests alone, 32 characters or more",
    realtimeUrl: "ws://localhost",
  };
  const visit = () => startVisit(deps, "https://shop.example", { publishableKey: inbox.publishableKey });
  expect((await visit()).inbox.assistantName).toBe("Parley");
  await api.assistant.settings.change({ basedOn: 0, settings: settings({ name: "Nova" }) });
  expect((await visit()).inbox.assistantName).toBe("Nova");
});

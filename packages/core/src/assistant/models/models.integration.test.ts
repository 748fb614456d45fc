import { randomUUID } from "node:crypto";
import { MemberId, ModelId, ModelProviderId, UserId } from "@parley/contracts";
import { auditLog, modelProviders } from "@parley/db/schema";
import { asc, eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type FakeProvider, startFakeProvider } from "../../testing/fake-provider.ts";
import { makePassage } from "../../testing/make-passage.ts";
import { createWorld } from "../../testing/world.ts";
import { noMeter } from "../../testing/written-by.ts";
import type { Answerer, Tried } from "../answerer.ts";
import { createWorkspaceModels } from "../workspace-models.ts";
import { createModel } from "./model.ts";

const world = await createWorld();
const { db } = world;
const secret = "a secret of tests alone, 32 characters or more";
const apiKey = "sk-test-0123456789abcdef";
let provider: FakeProvider;
beforeAll(async () => {
  provider = await startFakeProvider();
});
afterEach(() => {
  provider.requests.length = 0;
  provider.forget();
});
afterAll(async () => {
  await provider.close();
  await world[Symbol.asyncDispose]();
});

type Tenant = Awaited<ReturnType<typeof world.tenant>>;
const never = new AbortController().signal;
const providerId = () => ModelProviderId.parse(randomUUID());
const modelId = () => ModelId.parse(randomUUID());
const openModels = (more: Partial<Parameters<typeof createWorkspaceModels>[0]> = {}) => {
  const addresses = { openai: provider.url, anthropic: provider.url, google: provider.url };
  return createWorkspaceModels({ db, secret, fetch: globalThis.fetch, installation: undefined, addresses, ...more });
};

/** A tenant with a provider, and its models from the lowest level up. */
async function tenantWith(...names: string[]) {
  const tenant = await world.tenant();
  const id = providerId();
  await tenant.api.assistant.models.saveProvider({ id, kind: "openai", name: "Ours", apiKey });
  const ids = names.map(() => modelId());
  for (const [index, name] of names.entries()) {
    const model = { id: ids[index] ?? modelId(), providerId: id, name, level: index + 1, enabled: true };
    await tenant.api.assistant.models.saveModel(model);
  }
  return { ...tenant, providerId: id, modelIds: ids };
}

async function write(answerer: Answerer): Promise<Tried[]> {
  const tried: Tried[] = [];
  const question = { text: "How?", history: [], passages: [makePassage("So.")] };
  const words = answerer.write(question, {
    ...{ signal: new AbortController().signal, timeoutMs: 20_000, idleTimeoutMs: 20_000 },
    ...{ meter: noMeter, onTried: (one: Tried) => void tried.push(one) },
  });
  for await (const _ of words);
  return tried;
}

const namesOf = async ({ tenantId }: Tenant, models = openModels()) => {
  const { tiers } = await models.of(tenantId);
  return tiers.map(({ level, models: list }) => [level, ...list.map(({ model }) => model)]);
};

test("a model without a price is told of before it is asked, and a budget is set over it by whoever knows; with a price it is not", async () => {
  const { api, modelIds, tenantId } = await tenantWith("gpt-5-mini", "nobody-knows", "asleep");
  const [, unknown, asleep] = modelIds;
  if (!unknown || !asleep) throw new Error("they were made");
  const listed = (await api.assistant.models.list()).models.find(({ id }) => id === asleep);
  if (!listed) throw new Error("it is listed");
  const { providerId: of, name, level } = listed;
  await api.assistant.models.saveModel({ id: asleep, providerId: of, name, level, enabled: false });
  const nothing = { isEmbedder: false, requests: 0, inputTokens: 0, outputTokens: 0 };
  expect((await api.costs.budget()).unpriced).toEqual([{ provider: "Ours", model: "nobody-knows", ...nothing }]);
  const budget = { monthlyMicros: 1_000_000, builtInAt: 100 };
  await expect(api.costs.setBudget(budget)).rejects.toMatchObject({ message: "budget.unpriced" });
  expect((await api.costs.budget()).budget).toBeNull();
  await api.costs.setBudget({ ...budget, acceptUnpriced: true });

  await api.assistant.models.setPrice({ modelId: unknown, validFrom: "2026-01-01", input: 1, output: 2 });
  expect((await api.costs.budget()).unpriced).toEqual([]);
  await api.costs.setBudget(budget);

  // What the installation has writes for whoever has no model.
  const installation = createModel({ baseUrl: provider.url, provider: "Host", model: "m" });
  const models = openModels({ installation });
  expect(await models.unpriced((await world.tenant()).tenantId)).toEqual([{ provider: "Host", model: "m" }]);
  expect(await models.unpriced(tenantId)).toEqual([]);
});

describe("a provider's key", () => {
  test("is stored encrypted, never returned but for its last four characters, and is sent to its provider alone", async () => {
    const tenant = await tenantWith("gpt-5-mini");
    const { tenantId, api } = tenant;
    const listed = await api.assistant.models.list();
    expect(listed.providers).toEqual([
      { id: tenant.providerId, kind: "openai", name: "Ours", baseUrl: null, keyHint: "cdef" },
    ]);
    const rows = await db.read(tenantId, (read) =>
      read.execute(sql`select model_providers::text from model_providers`),
    );
    const audit = await db.read(tenantId, (read) => read.select().from(auditLog));
    for (const part of [apiKey, apiKey.slice(0, 12), "0123456789"]) {
      expect(JSON.stringify([listed, rows.rows, audit])).not.toContain(part);
    }
    const [tier] = (await openModels().of(tenantId)).tiers;
    const [model] = tier?.models ?? [];
    if (!model) throw new Error("the tenant has a model");
    await write(model);
    expect(provider.requests).toMatchObject([{ authorization: `Bearer ${apiKey}`, body: { model: "gpt-5-mini" } }]);
  });

  test("opens neither in another row, nor for another tenant or address, and a broken one keeps nobody from being answered", async () => {
    const tenant = await tenantWith("gpt-5-mini");
    const other = await tenantWith("gpt-5-mini");
    const [row] = await db.read(tenant.tenantId, (read) => read.select().from(modelProviders));
    await db.transaction(other.tenantId, (tx) => tx.update(modelProviders).set({ sealedKey: row?.sealedKey ?? null }));
    const answer = async (models = openModels()) => {
      const [tier] = (await models.of(other.tenantId)).tiers;
      return write(tier?.models[0] as Answerer);
    };
    expect(await answer()).toMatchObject([
      { id: null, how: "cut_off", reason: expect.stringContaining("key can't be read") },
    ]);
    expect(await openModels().test(other.tenantId, { id: other.providerId, model: "m" }, never)).toMatchObject({
      works: false,
    });
    const elsewhere = openModels({ secret: "another secret of tests, 32 characters or more" });
    expect(await elsewhere.test(tenant.tenantId, { id: tenant.providerId, model: "m" }, never)).toMatchObject({
      works: false,
    });
    expect(provider.requests).toEqual([]);
  });

  test("never follows its provider to another address", async () => {
    const { api, tenantId } = await world.tenant();
    const id = providerId();
    const at = (baseUrl: string, key?: string) =>
      api.assistant.models.saveProvider({
        ...{ id, kind: "openai-compatible", name: "Ours", baseUrl },
        ...(key && { apiKey: key }),
      });
    await at("https://models.example.com/v1", apiKey);
    // Who depends on what answers are written by hears of it.
    expect((await world.announced(tenantId)).map(({ type }) => type)).toContain("assistant.changed");
    await expect(at("https://attacker.example.com/v1")).rejects.toThrow("model_provider.key_needed");
    await at("https://models.example.com/v1/");
    await at("https://attacker.example.com/v1", "another-key");
    const [row] = await db.read(tenantId, (read) => read.select().from(modelProviders));
    expect(row).toMatchObject({ baseUrl: "https://attacker.example.com/v1", keyHint: "-key", keyVersion: 2 });
  });

  test("can be taken away from a server that needs none, also on the way to another address; from no other provider", async () => {
    const { api, tenantId } = await world.tenant();
    const { saveProvider } = api.assistant.models;
    const ours = { id: providerId(), kind: "openai-compatible", name: "Ours" } as const;
    await saveProvider({ ...ours, baseUrl: "https://models.example.com/v1", apiKey });
    await saveProvider({ ...ours, baseUrl: "https://models.example.com/v1", apiKey: null });
    const [row] = await db.read(tenantId, (read) => read.select().from(modelProviders));
    expect(row).toMatchObject({ sealedKey: null, keyHint: null, keyVersion: 2 });
    await saveProvider({ ...ours, baseUrl: "https://models.example.com/v1", apiKey });
    await saveProvider({ ...ours, baseUrl: "https://other.example.com/v1", apiKey: null });
    const openai = { id: providerId(), kind: "openai", name: "OpenAI" } as const;
    await saveProvider({ ...openai, apiKey });
    await expect(saveProvider({ ...openai, apiKey: null })).rejects.toThrow("model_provider.key_needed");
    const rows = await db.read(tenantId, (read) => read.select().from(modelProviders));
    expect(Object.fromEntries(rows.map(({ kind, keyHint }) => [kind, keyHint]))).toEqual({
      "openai-compatible": null,
      openai: apiKey.slice(-4),
    });
  });

  test("can be replaced, and is tried with a clear word for what is wrong", async () => {
    const tenant = await tenantWith("gpt-5-mini");
    const models = openModels();
    const tryIt = () => models.test(tenant.tenantId, { id: tenant.providerId, model: "gpt-5-mini" }, never);
    provider.enqueue({ status: 401 }, {});
    expect(await tryIt()).toEqual({ works: false, reason: "the provider refused the API key (401)" });
    await tenant.api.assistant.models.saveProvider({
      ...{ id: tenant.providerId, kind: "openai", name: "Ours", apiKey: "sk-new-key-9876" },
    });
    expect(await tryIt()).toMatchObject({ works: true });
    expect(provider.requests.map(({ authorization }) => authorization)).toEqual([
      `Bearer ${apiKey}`,
      "Bearer sk-new-key-9876",
    ]);
  });

  test("[I4] an address of the inner network is not asked", async () => {
    const { api, tenantId, member } = await world.tenant();
    const id = providerId();
    await api.assistant.models.saveProvider({ id, kind: "openai-compatible", name: "Inner", baseUrl: provider.url });
    // As every procedure does here: the guard refuses.
    const user = { id: UserId.parse(randomUUID()), name: "Ada", email: "ada@example.com" };
    const countSearch = vi.fn(async () => {});
    const counted = world.apiFor({
      user,
      caller: { kind: "member", tenantId, ...member, role: "owner" },
      countSearch,
    });
    const tried = await counted.assistant.models.testProvider({ id, model: "m" });
    expect(countSearch).toHaveBeenCalledTimes(1);
    expect(tried).toMatchObject({
      works: false,
      reason: expect.stringContaining("not public"),
    });
    expect(provider.requests).toEqual([]);
  });

  test.each([
    ["an address with a password", { kind: "openai-compatible", baseUrl: "https://a:b@models.example.com/v1" }],
    ["an address that is none", { kind: "openai-compatible", baseUrl: "file:///etc/passwd" }],
    ["no address", { kind: "openai-compatible" }],
    ["an address of its own", { kind: "openai", baseUrl: "https://models.example.com/v1" }],
    ["a key with a line break", { kind: "openai", apiKey: "sk-0123456789\nx-evil: 1" }],
    ["no name", { kind: "openai", name: " " }],
    ["a kind that nobody knows", { kind: "other" }],
  ])("is not taken with %s", async (_, wrong) => {
    const { api } = await world.tenant();
    const input = { id: providerId(), name: "Ours", apiKey, ...wrong } as never;
    await expect(api.assistant.models.saveProvider(input)).rejects.toMatchObject({ code: "BAD_REQUEST" });
    expect((await api.assistant.models.list()).providers).toEqual([]);
  });
});

describe("a tenant's models", () => {
  test("are asked by level and order; what is switched off is not asked, and what is removed is gone", async () => {
    const tenant = await tenantWith("small", "large");
    const { models } = tenant.api.assistant;
    const [small, large] = tenant.modelIds;
    if (!small || !large) throw new Error("two were made");
    const other = { id: modelId(), providerId: tenant.providerId, name: "small-2", level: 1, enabled: true };
    await models.saveModel(other);
    expect(await namesOf(tenant)).toEqual([
      [1, "small", "small-2"],
      [2, "large"],
    ]);
    await models.moveModel({ id: other.id, direction: "up" });
    await models.moveModel({ id: other.id, direction: "up" });
    expect(await namesOf(tenant)).toEqual([
      [1, "small-2", "small"],
      [2, "large"],
    ]);
    await models.saveModel({ ...other, enabled: false });
    expect(await namesOf(tenant)).toEqual([
      [1, "small"],
      [2, "large"],
    ]);
    await models.removeModel({ id: large });
    await models.saveModel({ ...other, level: 3 });
    expect(await namesOf(tenant)).toEqual([
      [1, "small"],
      [3, "small-2"],
    ]);
    await models.removeProvider({ id: tenant.providerId });
    expect((await models.list()).models).toEqual([]);
  });

  test("go before the installation's, which is that of whoever set nothing up; with all of them off the built-in answerer writes", async () => {
    const installation = createModel({ baseUrl: provider.url, model: "of-the-installation" });
    const models = openModels({ installation });
    expect(await namesOf(await world.tenant(), models)).toEqual([[1, "of-the-installation"]]);
    const tenant = await tenantWith("own");
    expect(await namesOf(tenant, models)).toEqual([[1, "own"]]);
    const [id] = tenant.modelIds;
    if (!id) throw new Error("one was made");
    const off = { id, providerId: tenant.providerId, name: "own", level: 1, enabled: false };
    await tenant.api.assistant.models.saveModel(off);
    expect(await namesOf(tenant, models)).toEqual([]);
  });

  test("cost what the workspace says from a day on, else what the price table says, and else nobody knows", async () => {
    const tenant = await tenantWith("gpt-5-mini", "nobody-knows");
    const { models } = tenant.api.assistant;
    const prices = async () => (await models.list()).models.map(({ price }) => price);
    const costs = async () => {
      const { tiers } = await openModels().of(tenant.tenantId);
      const counts = { inputTokens: 1_000, cachedTokens: 0, outputTokens: 1_000 };
      const question = { text: "How?", history: [], passages: [] };
      return tiers.map(({ models: [model] }) => model?.request?.(question).costOf(counts));
    };
    expect(await prices()).toMatchObject([{ input: 0.25, output: 2, source: expect.stringContaining("openai") }, null]);
    expect(await costs()).toEqual([2_250, null]);
    const [modelOf] = tenant.modelIds;
    if (!modelOf) throw new Error("two were made");
    await models.setPrice({ modelId: modelOf, validFrom: "2026-01-01", input: 3, output: 4 });
    await models.setPrice({ modelId: modelOf, validFrom: "2026-02-01", input: 1, output: 2 });
    await models.setPrice({ modelId: modelOf, validFrom: "2999-01-01", input: 9, output: 9 });
    expect(await prices()).toMatchObject([{ input: 1, output: 2, from: "2026-02-01", source: null }, null]);
    await models.setPrice({ modelId: modelOf, validFrom: "2026-02-01", input: 1, output: 2, audio: 20, image: 2.5 });
    expect(await prices()).toMatchObject([{ audio: 20, image: 2.5 }, null]);
    expect(await costs()).toEqual([3_000, null]);
    await models.removePrice({ modelId: modelOf, validFrom: "2026-02-01" });
    expect(await costs()).toEqual([7_000, null]);
  });

  test("have so many prices and no more, each of which can be corrected", async () => {
    const { api, modelIds } = await tenantWith("m");
    const { models } = api.assistant;
    const [modelOf] = modelIds;
    if (!modelOf) throw new Error("one was made");
    const price = (day: number, input: number) => {
      const validFrom = new Date(Date.UTC(2026, 0, day)).toISOString().slice(0, 10);
      return models.setPrice({ modelId: modelOf, validFrom, input, output: 1 });
    };
    for (let day = 1; day <= 50; day++) await price(day, 1);
    await expect(price(51, 1)).rejects.toThrow("model.too_many_prices");
    await price(50, 2);
  });

  test("[T1] are nobody else's, who learns not even that there are any", async () => {
    const theirs = await tenantWith("small");
    const ours = await tenantWith();
    const { models } = ours.api.assistant;
    const [id] = theirs.modelIds;
    if (!id) throw new Error("one was made");
    await expect(models.removeModel({ id })).rejects.toThrow("model.not_found");
    await expect(models.removeProvider({ id: theirs.providerId })).rejects.toThrow("model_provider.not_found");
    await expect(models.testProvider({ id: theirs.providerId, model: "m" })).rejects.toThrow(
      "model_provider.not_found",
    );
    const into = { id: modelId(), providerId: theirs.providerId, name: "m", level: 1, enabled: true };
    await expect(models.saveModel(into)).rejects.toThrow("model_provider.not_found");
    expect(await namesOf(theirs)).toEqual([[1, "small"]]);
  });

  test("[T14] of two tenants with providers of one id, one that fails keeps nobody from the other's, nor from its own new key", async () => {
    const models = openModels();
    const tenants = [await tenantWith("m"), await tenantWith("m")] as const;
    const [failing, healthy] = tenants;
    const modelOf = async ({ tenantId }: Tenant) => {
      const [tier] = (await models.of(tenantId)).tiers;
      return tier?.models[0] as Answerer;
    };
    provider.enqueue(...Array.from({ length: 5 }, () => ({ status: 401 })));
    for (let time = 0; time < 5; time += 1) await write(await modelOf(failing));
    const asked = provider.requests.length;
    expect(await write(await modelOf(failing))).toMatchObject([
      { id: null, reason: expect.stringContaining("left alone") },
    ]);
    expect(provider.requests).toHaveLength(asked);
    expect(await write(await modelOf(healthy))).toMatchObject([{ how: "complete" }]);
    await failing.api.assistant.models.saveProvider({
      ...{ id: failing.providerId, kind: "openai", name: "Ours", apiKey: "sk-another-key" },
    });
    expect(await write(await modelOf(failing))).toMatchObject([{ how: "complete" }]);
  });

  test("are set up by owners and admins alone, and what they do is in the audit log", async () => {
    const tenant = await tenantWith("m");
    const { tenantId, member, api } = tenant;
    const memberId = MemberId.parse(member.memberId);
    for (const role of ["member", "viewer"] as const) {
      const { models } = world.memberApi(tenantId, { memberId, name: "Bob" }, role).assistant;
      await expect(models.list()).rejects.toThrow("auth.forbidden");
      await expect(models.setQuality({ quality: "best" })).rejects.toThrow("auth.forbidden");
    }
    await api.assistant.models.setQuality({ quality: "best" });
    expect((await api.assistant.models.list()).quality).toBe("best");
    const entries = await db.read(tenantId, (read) =>
      read.select().from(auditLog).where(eq(auditLog.actorKind, "member")).orderBy(asc(auditLog.seq)),
    );
    expect(entries).toMatchObject([
      {
        action: "model_provider.added",
        targetKind: "model_provider",
        details: { kind: "openai", newKey: true, keyRemoved: false },
      },
      { action: "models.changed", targetKind: "model", details: { what: "added", level: 1 } },
      { action: "models.changed", details: { what: "quality", quality: "best" } },
    ]);
  });

  test("are fifty at most, of twenty providers at most, and of one name once", async () => {
    const tenant = await tenantWith("m");
    const { models } = tenant.api.assistant;
    const again = { id: modelId(), providerId: tenant.providerId, name: "m", level: 2, enabled: true };
    await expect(models.saveModel(again)).rejects.toThrow("model.known");
    await db.transaction(tenant.tenantId, (tx) =>
      tx.execute(sql`insert into models (id, provider_id, name, level, position)
        select gen_random_uuid(), ${tenant.providerId}, 'm' || n, 1, n from generate_series(2, 50) n`),
    );
    await expect(models.saveModel({ ...again, name: "one-more" })).rejects.toThrow("model.too_many");
    await db.transaction(tenant.tenantId, (tx) =>
      tx.execute(sql`insert into model_providers (id, kind, name, base_url)
        select gen_random_uuid(), 'openai-compatible', 'p', 'http://localhost' from generate_series(2, 20)`),
    );
    const provider = { id: providerId(), kind: "openai" as const, name: "One more", apiKey };
    await expect(models.saveProvider(provider)).rejects.toThrow("model_provider.too_many");
  });
});

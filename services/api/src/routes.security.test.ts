import { randomUUID } from "node:crypto";
import { signVisitorToken } from "@parley/auth";
import { createFullTenant, type FullTenant } from "@parley/core/testing/full-tenant";
import { conversations, documents, messages } from "@parley/db/schema";
import { afterAll, describe, expect, test } from "vitest";
import { createTestApi } from "./testing/test-api.ts";

// Every route that the api makes, as Fastify tells of it. Those that are named below with who calls them are called with another
// tenant's ids and with ids that nothing has: the answers are the same, byte for byte. A route that stands nowhere here has no proof.

const secret = "a secret of this test alone, 32 characters or more";
const adminToken = "an-admin-token-of-this-test-alone-long-enough";
const shop = "https://shop.example";
const canary = `canary${randomUUID().slice(0, 8)}`;

type Ids = FullTenant["ids"];
type Tried = {
  as: "visitor" | "operator" | "program";
  body?: (ids: Ids) => object;
  /** Makes of the tenant's own what the route is about. */
  prepare?: (own: FullTenant) => Promise<unknown>;
};

const tried: Record<string, Tried> = {
  "GET /widget/v1/conversations": { as: "visitor" },
  "POST /widget/v1/conversations": { as: "visitor", body: ({ ConversationId }) => ({ id: ConversationId }) },
  "GET /widget/v1/conversations/:conversationId/messages": { as: "visitor" },
  "POST /widget/v1/conversations/:conversationId/messages": {
    as: "visitor",
    body: ({ MessageId }) => ({ id: MessageId, text: "Hello" }),
  },
  "POST /widget/v1/conversations/:conversationId/hand-off": { as: "visitor" },
  "GET /widget/v1/conversations/:conversationId/messages/:messageId/citations/:number": { as: "visitor" },
  "POST /widget/v1/conversations/:conversationId/messages/:messageId/vote": {
    as: "visitor",
    body: () => ({ vote: "down" }),
    prepare: ({ tenantId }) =>
      world.world.db.transaction(tenantId, (tx) =>
        tx.update(messages).set({ author: "assistant", outcome: "answered" }),
      ),
  },
  "GET /v1/conversations": { as: "program" },
  "GET /v1/conversations/:conversationId": { as: "program" },
  "GET /v1/conversations/:conversationId/messages": { as: "program" },
  "GET /v1/sources": { as: "program" },
  "GET /v1/documents": { as: "program" },
  "GET /v1/documents/:documentId": { as: "program" },
  "GET /admin/v1/tenants/:slug/document-versions/:versionId": { as: "operator" },
  "GET /admin/v1/tenants/:slug/sources/:sourceId": { as: "operator" },
};

/** Routes that hold no id that could be another tenant's. */
const otherwise: [RegExp, string][] = [
  [/^GET \/(healthz|readyz)$/, "names no tenant"],
  [/^\w+ \/trpc\//, "each procedure has its proof in core's procedures.security.test.ts"],
  [/^GET \/api\/csrf$/, "gives a token for the caller's own cookies, and names nothing"],
  [
    /^(POST \/api\/knowledge\/uploads|GET \/api\/knowledge\/originals\/:versionId)$/,
    "a procedure is asked first; upload-routes.security.test.ts has the proof",
  ],
  [/^POST \/api\/playground\/ask$/, "takes words alone; playground-routes.security.test.ts has the proof"],
  [/^POST \/api\/audit-log\/export$/, "reads as the procedures do; audit-routes.security.test.ts has the proof"],
  [
    /^(GET|POST) \/api\/auth\//,
    "accounts have no tenant: their role reads no tenant's table, says the proof of the database",
  ],
  [/^POST \/widget\/v1\/visits$/, "names an inbox by the key that its pages show to everybody"],
  [
    /^POST \/v1\/documents(\/:documentId\/remove)?$/,
    "v1/v1.security.test.ts and send-documents.security.test.ts have the proof",
  ],
  [/^GET \/v1\/openapi.json$/, "describes the API, and is the same for everybody"],
  [
    /^(GET|POST) \/admin\/v1\/tenants(\/:slug(\/documents|\/crawls|\/costs)?)?$/,
    "the operator's, of all tenants; the tenant is all it names",
  ],
  [/^GET \/admin\/v1\/audit-logs(\/:tenantId)?$/, "the operator's, of all tenants; the log is all it names"],
  [/^POST \/admin\/v1\/accounts\/reset-factor$/, "the operator's: of an account, which has no tenant"],
  [/^GET \/admin\/v1\/audit-checkpoint$/, "the operator's: how many checkpoints there are, of all tenants together"],
  [/^GET \/mail(\/|$)/, "mail that is kept on this machine, for whoever sits at it"],
];

const routes: string[] = [];
const world = await createTestApi({
  environment: { PARLEY_SECRET: secret, ADMIN_TOKEN: adminToken },
  onRoute({ method, url, config }) {
    // It says that there is none by this method.
    if (config?.refuses) return;
    // HEAD and OPTIONS are answered by GET's handler, and by CORS.
    for (const one of [method].flat()) if (one !== "HEAD" && one !== "OPTIONS") routes.push(`${one} ${url}`);
  },
});
afterAll(() => world.close());
const theirs = await createFullTenant(world.world, canary);

const parameters: Record<string, (ids: Ids, tenant: FullTenant) => string> = {
  slug: (_ids, tenant) => tenant.slug,
  conversationId: ({ ConversationId }) => ConversationId,
  messageId: ({ MessageId }) => MessageId,
  number: () => "1",
  documentId: ({ DocumentId }) => DocumentId,
  versionId: ({ DocumentVersionId }) => DocumentVersionId,
  sourceId: ({ SourceId }) => SourceId,
};

async function call(route: string, { as, body }: Tried, tenant: FullTenant, ids: Ids) {
  const [method, pattern = ""] = route.split(" ");
  const url = pattern.replace(/:(\w+)/g, (_, name: string) => {
    const parameter = parameters[name];
    if (!parameter) throw new Error(`${route}: what :${name} names is not known here`);
    return parameter(ids, tenant);
  });
  const { tenantId, contactId, inbox } = tenant;
  const visitor = { tenantId, contactId, inboxId: inbox.id as never, origin: shop };
  const tokens = {
    operator: async () => adminToken,
    program: async () => tenant.apiKey,
    visitor: async () => (await signVisitorToken(secret, visitor)).token,
  };
  const token = await tokens[as]();
  const answer = await world.api.inject({
    method: method as "GET" | "POST",
    url,
    headers: { authorization: `Bearer ${token}`, ...(as === "visitor" && { origin: shop }) },
    ...(method === "POST" && { payload: body ? body(ids) : {} }),
  });
  let text = `${answer.statusCode} ${answer.headers["content-type"]} ${answer.body}`;
  const whole = text;
  for (const [kind, id] of Object.entries(ids)) text = text.replaceAll(id, `<${kind}>`);
  for (const [kind, id] of Object.entries(tenant.ids)) text = text.replaceAll(id, `<${kind}>`);
  return {
    whole,
    text: text
      .replace(/"requestId":"[^"]+"/, '"requestId":"…"')
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<new id>")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>"),
  };
}

/** What the other tenant has. */
const stateOf = async ({ tenantId }: FullTenant) => ({
  conversations: await world.world.db.read(tenantId, (read) => read.select().from(conversations)),
  messages: await world.world.db.read(tenantId, (read) => read.select().from(messages)),
  documents: await world.world.db.read(tenantId, (read) => read.select().from(documents)),
});

describe("every route of the api", () => {
  test.each(routes)("[T1] %s has a proof, here or where it is said", (route) => {
    const elsewhere = otherwise.filter(([pattern]) => pattern.test(route));
    expect([...elsewhere, ...(tried[route] ? [route] : [])]).toHaveLength(1);
  });

  test.each(Object.entries(tried))(
    "[T1] %s answers a foreign id as one that does not exist [T14]",
    async (route, how) => {
      expect(routes).toContain(route);
      const before = await stateOf(theirs);
      const twins = [await createFullTenant(world.world, "word"), await createFullTenant(world.world, "word")] as const;
      const nobodys = Object.fromEntries(Object.keys(theirs.ids).map((kind) => [kind, randomUUID()])) as Ids;

      const named = Object.keys(theirs.ids) as (keyof Ids)[];
      // All of them at once, and each alone while the others are the caller's own.
      for (const changed of [named, ...named.map((kind) => [kind])]) {
        const pick = (tenant: FullTenant, from: Ids) =>
          ({ ...tenant.ids, ...Object.fromEntries(changed.map((kind) => [kind, from[kind]])) }) as Ids;
        const foreign = await call(route, how, twins[0], pick(twins[0], theirs.ids));
        const missing = await call(route, how, twins[1], pick(twins[1], nobodys));
        expect(foreign.text, changed.join()).toBe(missing.text);
        expect(foreign.whole).not.toContain(canary);
        expect(foreign.whole).not.toMatch(/^5/);
      }
      expect(await stateOf(theirs)).toEqual(before);
      expect(JSON.stringify(world.logged)).not.toContain(canary);
    },
  );

  test.each(Object.entries(tried))("[T1 control] %s does answer its own", async (route, how) => {
    const own = await createFullTenant(world.world, "word");
    await how.prepare?.(own);
    const answer = await call(route, how, own, own.ids);
    expect(answer.text).toMatch(/^(200|409)/);
  });
});

// Where callers' words come into the product, so that sqlmap can try to get them into SQL.
import { randomInt } from "node:crypto";

const query = (params) => new URLSearchParams(params).toString();
const escaped = encodeURIComponent;
/** A cursor, as /v1 makes them. */
export const cursorOf = (place) => Buffer.from(JSON.stringify(place)).toString("base64url");
/** A number stays one in JSON as long as it is one. */
const inJson = (word) => (/^-?\d+$/.test(word) ? Number(word) : word);

/**
 * @param {import("../../../services/standalone/src/testing/attacked-product.ts").AttackedProduct} product
 * @returns {import("./relay.mjs").Door[]}
 */
export function doorsOf(product) {
  const { ids, stranger, member, visitor } = product;
  const bearer = { authorization: `Bearer ${product.apiKey}` };
  const admin = { authorization: `Bearer ${product.adminToken}` };
  const at = "2030-01-01T00:00:00.000000Z";

  const v1 = (name, params, path) => ({
    name,
    params,
    request: (given) => ({ path: `/v1${path(given)}`, headers: bearer }),
  });
  const post = (path, params, headers, more = {}) => ({
    name: `POST ${path}`,
    params,
    request: (given) => {
      // From somewhere else each time: failures of one address would have it waiting.
      const address = [10, randomInt(256), randomInt(256), randomInt(256)].join(".");
      const body = JSON.stringify({ ...more, ...given });
      return { path, method: "POST", headers: { ...headers, "x-forwarded-for": address }, body };
    },
  });
  const procedure = (name, params, more = {}) => ({
    name: `tRPC ${name}`,
    params,
    request: (given) => {
      const input = Object.fromEntries(Object.entries(given).map(([key, word]) => [key, inJson(word)]));
      return { path: `/trpc/${name}?input=${escaped(JSON.stringify({ ...more, ...input }))}`, headers: member };
    },
  });
  const widget = (name, params, path) => ({
    name,
    params,
    request: (given) => ({ path: `/widget/v1/conversations${path(given)}`, headers: visitor }),
  });

  /** What answers so to words that are good in form, but nobody's. */
  const refused = (answers, door) => ({ ...door, answers });

  return [
    v1("GET /v1/conversations", { status: "pending", limit: "10" }, (given) => `/conversations?${query(given)}`),
    v1("GET /v1/conversations, its cursor", { at, id: ids.ConversationId }, (given) => {
      return `/conversations?cursor=${cursorOf(`${given.at} ${given.id}`)}`;
    }),
    v1("GET /v1/conversations/ID", { id: ids.ConversationId }, ({ id }) => `/conversations/${escaped(id)}`),
    v1("GET /v1/conversations/ID/messages", { id: ids.ConversationId, after: "0" }, ({ id, after }) => {
      return `/conversations/${escaped(id)}/messages?cursor=${cursorOf(inJson(after))}`;
    }),
    v1("GET /v1/documents, its cursor", { source: "Files", path: "a", id: ids.DocumentId }, (given) => {
      return `/documents?cursor=${cursorOf(given)}`;
    }),
    v1("GET /v1/documents/ID", { id: ids.DocumentId }, ({ id }) => `/documents/${escaped(id)}`),
    {
      name: "GET /v1/documents, its API key",
      params: { key: product.apiKey },
      request: ({ key }) => ({ path: "/v1/documents", headers: { authorization: `Bearer ${key}` } }),
    },
    refused(
      401,
      post("/api/auth/sign-in/email", { email: "nobody@shop.example", password: product.password }, stranger),
    ),
    post("/api/auth/request-password-reset", { email: "nobody@shop.example" }, stranger),
    refused(
      400,
      post("/api/auth/verify-email", { token: "a-token-that-nobody-has-been-sent" }, stranger, {
        password: product.password,
      }),
    ),
    {
      name: "GET /api/auth/devices, its cookie",
      params: { session: decodeURIComponent(product.cookie.split("=").slice(1).join("=")) },
      request: ({ session }) => ({
        path: "/api/auth/devices",
        headers: { ...member, cookie: `${product.cookie.split("=")[0]}=${escaped(session)}` },
      }),
    },
    post("/widget/v1/visits", { publishableKey: product.publishableKey, token: product.visitorToken }, visitor),
    post("/widget/v1/conversations", { id: ids.ConversationId }, visitor),
    widget("GET /widget/v1/conversations/ID/messages", { id: ids.ConversationId, after: "0" }, (given) => {
      return `/${escaped(given.id)}/messages?${query({ after: given.after })}`;
    }),
    widget(
      "GET /widget/v1/conversations/ID/messages/ID/citations/N",
      { id: ids.ConversationId, message: ids.MessageId, number: "1" },
      ({ id, message, number }) => `/${escaped(id)}/messages/${escaped(message)}/citations/${escaped(number)}`,
    ),
    procedure("conversations.list", { view: "all", cursor: `${at} ${ids.ConversationId}` }),
    procedure("conversations.messages", { conversationId: ids.ConversationId, after: "0" }),
    procedure("conversations.citation", { conversationId: ids.ConversationId, messageId: ids.MessageId, number: "1" }),
    procedure("audit.list", { action: "document.added", actorId: ids.MemberId, targetId: ids.DocumentId }),
    procedure("knowledge.documents.text", {
      ...{ documentId: ids.DocumentId, versionId: ids.DocumentVersionId, after: "0" },
    }),
    procedure("runs.get", { runId: ids.RunId }),
    {
      name: "tRPC session.me, its workspace",
      params: { tenant: ids.TenantId },
      request: ({ tenant }) => ({ path: "/trpc/session.me", headers: { ...member, "parley-tenant": tenant } }),
    },
    refused(404, post("/trpc/invitations.look", { token: "a-token-that-nobody-has-been-sent" }, stranger)),
    {
      name: "GET /admin/v1/tenants/SLUG",
      params: { slug: product.slug },
      request: ({ slug }) => ({ path: `/admin/v1/tenants/${escaped(slug)}`, headers: admin }),
    },
    {
      name: "GET /admin/v1/audit-logs/ID",
      params: { id: ids.TenantId, after: "0" },
      request: ({ id, after }) => ({
        path: `/admin/v1/audit-logs/${escaped(id)}?${query({ after })}`,
        headers: admin,
      }),
    },
  ];
}

/** The same ways in, of the server that has a hole behind each. @returns {import("./relay.mjs").Door[]} */
export function holes() {
  const headers = { "content-type": "application/json" };
  return [
    { name: "a path", params: { id: "1" }, request: ({ id }) => ({ path: `/path/${escaped(id)}` }) },
    { name: "a query", params: { name: "ours" }, request: (given) => ({ path: `/query?${query(given)}` }) },
    { name: "a cursor", params: { name: "ours" }, request: (given) => ({ path: `/cursor?cursor=${cursorOf(given)}` }) },
    {
      name: "a body",
      params: { name: "ours" },
      request: (given) => ({ path: "/body", method: "POST", headers, body: JSON.stringify(given) }),
    },
  ];
}

import { randomUUID } from "node:crypto";
import {
  ContactId,
  ConversationId,
  InboxId,
  type MemberId,
  MessageId,
  type Role,
  type StoredEvent,
  type TenantId,
  UserId,
} from "@parley/contracts";
import type { Database } from "@parley/db";
import { inboxes, members, outbox } from "@parley/db/schema";
import { openTestDatabase } from "@parley/db/testing";
import { FetchError } from "@parley/platform/http/fetch-error";
import type { Mail } from "@parley/platform/mail/mail";
import { asc, eq, sql } from "drizzle-orm";
import { createWorkspaceModels } from "../assistant/workspace-models.ts";
import { openConversation } from "../conversations/open-conversation.ts";
import { postMessage } from "../conversations/post-message.ts";
import { createInbox } from "../inboxes/create-inbox.ts";
import { appRouter } from "../router.ts";
import { createTenant } from "../tenants/create-tenant.ts";
import { type Context, createCallerFactory, type MemberCaller } from "../trpc.ts";
import { createWordEmbedder } from "./library.ts";

const callerOf = createCallerFactory(appRouter);

/**
 * The real router on a real database. Each tenant is new, so tests share a database and run side by side.
 *
 * @param db another database than the shared one, for what runs on both kinds
 */
export async function createWorld(db?: Database) {
  const database = db ?? (await openTestDatabase());
  /** The mails that were ordered through the api, in order. */
  const mails: Mail[] = [];
  /** The jobs of the knowledge that were ordered through the api, in order. */
  const orders: { name: string; order: object }[] = [];

  const secret = "a secret of tests alone, 32 characters or more";
  /** Nobody is called from a test that does not say so. */
  const fetch = () => Promise.reject(new FetchError("refused"));
  const models = createWorkspaceModels({ db: database, secret, fetch, installation: undefined });

  /** A tenant with its owner, an inbox and the owner's way into the api. */
  async function tenant() {
    const owner = { userId: UserId.parse(randomUUID()), name: "Ada" };
    const slug = `t-${randomUUID()}`;
    const { tenantId, memberId } = await createTenant(database, {
      slug,
      name: "A tenant",
      owner,
    });
    const inbox = await database.transaction(tenantId, (tx) =>
      createInbox(tx, tenantId, {
        name: "Shop",
        assistantName: "Parley",
        greeting: "Hello",
        allowedOrigins: ["https://shop.example"],
      }),
    );
    const member = { memberId, name: owner.name };
    return {
      tenantId,
      slug,
      owner,
      member,
      inbox,
      api: memberApi(tenantId, member),
    };
  }

  /** What a procedure is given that this member calls. */
  function memberContext(
    tenantId: TenantId,
    member: { memberId: MemberId; name: string },
    role: MemberCaller["role"] = "owner",
  ): Context {
    const user = { id: UserId.parse(randomUUID()), name: member.name, email: "ada@example.com" };
    return contextFor({ user, caller: { kind: "member", tenantId, ...member, role } });
  }

  function contextFor(context: Partial<Context>): Context {
    return {
      db: database,
      embedder: createWordEmbedder(),
      requestId: randomUUID(),
      ip: "192.0.2.1",
      facts: {},
      secret,
      realtimeUrl: "ws://localhost:3002",
      dashboardUrl: "http://localhost:5174",
      mailJobs: { send: async (_tx, mail) => void mails.push(mail) },
      knowledgeJobs: { send: async (_tx, name, order) => void orders.push({ name, order }) },
      models,
      countInvitation: async () => true,
      countSearch: async () => {},
      isOpen: true,
      user: undefined,
      session: context.user && { id: randomUUID(), fresh: true, secondFactor: false },
      caller: undefined,
      ...context,
    };
  }
  /** The api for whoever the context says; without a user, for a stranger. */
  const apiFor = (context: Partial<Context>) => callerOf(contextFor(context));
  const memberApi = (...member: Parameters<typeof memberContext>) => callerOf(memberContext(...member));

  /** Somebody with a login of their own, who belongs to no tenant yet. */
  async function login(name: string, { emailVerified = true } = {}) {
    const id = UserId.parse(randomUUID());
    const email = `${id}@example.com`;
    await database.transaction("auth", (tx) =>
      tx.execute(sql`insert into auth."user" (id, name, email, email_verified, created_at, updated_at)
        values (${id}, ${name}, ${email}, ${emailVerified}, now(), now())`),
    );
    const user = { id, name, email };
    return { ...user, api: apiFor({ user }) };
  }

  /** One more member of the tenant, with a login and a way into the api. */
  async function colleague(tenantId: TenantId, role: Role, name = "Grace") {
    const { api: _, ...user } = await login(name);
    const [row] = await database.transaction(tenantId, (tx) =>
      tx.insert(members).values({ userId: user.id, name, role }).returning({ memberId: members.id }),
    );
    if (!row) throw new Error("an insert returned no row");
    const member = { memberId: row.memberId, name };
    return { user, member, ...member, api: apiFor({ user, caller: { kind: "member", tenantId, ...member, role } }) };
  }

  /** A contact in a conversation of their own. */
  async function contact(of?: Awaited<ReturnType<typeof tenant>>) {
    const place = of ?? (await tenant());
    const { tenantId, inbox } = place;
    const contactId = ContactId.parse(randomUUID());
    const conversationId = ConversationId.parse(randomUUID());
    await database.transaction(tenantId, (tx) =>
      openConversation(tx, { contactId, inboxId: InboxId.parse(inbox.id) }, conversationId),
    );
    const say = (text: string, id = messageId()) =>
      database.transaction(tenantId, (tx) => postMessage(tx, contactId, { id, conversationId, text }));
    return { ...place, contactId, conversationId, say };
  }

  const messageId = () => MessageId.parse(randomUUID());

  /** What was announced in the tenant and not relayed yet, in order. */
  async function announced(tenantId: TenantId): Promise<StoredEvent[]> {
    const rows = await database.read(tenantId, (read) => read.select().from(outbox).orderBy(asc(outbox.id)));
    return rows.map(({ event }) => event);
  }

  /** Makes the member the place of this login. */
  const linkUser = (tenantId: TenantId, memberId: MemberId, userId: UserId) =>
    database.transaction(tenantId, (tx) => tx.update(members).set({ userId }).where(eq(members.id, memberId)));

  const inboxOf = (tenantId: TenantId) => database.read(tenantId, (read) => read.select().from(inboxes));

  return {
    db: database,
    tenant,
    memberApi,
    memberContext,
    apiFor,
    login,
    colleague,
    mails,
    orders,
    models,
    contact,
    messageId,
    announced,
    inboxOf,
    linkUser,
    [Symbol.asyncDispose]: async () => {
      if (!db) await database.close();
    },
  };
}
export type World = Awaited<ReturnType<typeof createWorld>>;

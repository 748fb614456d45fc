import { randomUUID } from "node:crypto";
import {
  defaultAssistantSettings,
  HttpToolId,
  InvitationId,
  MemberId,
  ModelId,
  ModelProviderId,
  type Role,
  UserId,
} from "@parley/contracts";
import {
  citations,
  contacts,
  documentVersions,
  gapQuestions,
  gaps,
  knowledgeTestResults,
  knowledgeTestRuns,
  members,
  runs,
  sources,
} from "@parley/db/schema";
import { sql } from "drizzle-orm";
import { recordAudit } from "../audit/record-audit.ts";
import { createLibrary, createWordEmbedder } from "./library.ts";
import type { IdKind } from "./sample-input.ts";
import type { World } from "./world.ts";

const roles = ["owner", "admin", "member", "viewer"] as const;

/**
 * A tenant that has one of everything that a request can name. Two of them, made one after the other, differ in their ids and in
 * `word` alone.
 *
 * @param word stands in every text that the tenant's people wrote
 */
export async function createFullTenant(world: World, word: string) {
  const contact = await world.contact();
  const { tenantId, conversationId, contactId, inbox, owner } = contact;
  const { db } = world;

  const people = { owner: contact.member } as Record<Role, { memberId: MemberId; name: string }>;
  await db.transaction(tenantId, async (tx) => {
    await tx.execute(sql`update tenants set name = ${`The ${word} company`}`);
    await tx.execute(sql`update inboxes set name = ${`Inbox ${word}`}, greeting = ${`Welcome, ${word}`}`);
    await tx.update(contacts).set({ name: `Contact ${word}` });
    await tx.update(members).set({ name: `owner ${word}` });
    for (const role of roles.slice(1)) {
      const memberId = MemberId.parse(randomUUID());
      people[role] = { memberId, name: `${role} ${word}` };
      await tx
        .insert(members)
        .values({ id: memberId, userId: UserId.parse(randomUUID()), name: `${role} ${word}`, role });
    }
  });
  people.owner = { ...contact.member, name: `owner ${word}` };

  const { id: messageId } = await contact.say(`Where is the ${word} elephant?`);
  const library = createLibrary(db, tenantId, createWordEmbedder());
  const read = async (path: string, text: string) => {
    const added = await library.add(path, text, word);
    await library.ingest();
    return added;
  };
  const first = await read("a-first.md", `# First ${word}\n\nThe elephant of ${word} is grey.\n`);
  await read("b-second.md", `# Second ${word}\n\nThe lion of ${word} is yellow.\n`);
  const [passage] = await library.search("elephant");
  if (!passage) throw new Error("the document holds the question's word");

  await db.transaction(tenantId, (tx) =>
    tx.insert(citations).values({
      messageId,
      number: 1,
      documentVersionId: passage.documentVersionId,
      chunkId: passage.chunkId,
      headingPath: passage.headingPath,
      startOffset: passage.start,
      endOffset: passage.end,
      quoteSha256: "0".repeat(64),
    }),
  );
  const settings = { ...defaultAssistantSettings, name: `Robot ${word}`, guidance: `Guidance of ${word}` };
  await contact.api.assistant.settings.change({ basedOn: 0, settings });
  const apiKeyId = randomUUID();
  const { key: apiKey } = await contact.api.apiKeys.create({
    id: apiKeyId as never,
    name: `Key ${word}`,
    scopes: ["conversations:read", "documents:read"],
  });
  const provider = { id: ModelProviderId.parse(randomUUID()), kind: "openai" as const, name: `Provider ${word}` };
  await contact.api.assistant.models.saveProvider({ ...provider, apiKey: "key-of-a-tenant" });
  const model = { id: ModelId.parse(randomUUID()), providerId: provider.id, name: "gpt-5-mini" };
  await contact.api.assistant.models.saveModel({ ...model, level: 1, enabled: true });
  await contact.api.assistant.models.setPrice({ modelId: model.id, validFrom: "2026-01-01", input: 1, output: 2 });
  const tool = { id: HttpToolId.parse(randomUUID()), name: "find_order", description: `Finds ${word}` };
  const whereTo = { method: "GET" as const, url: "https://shop.example/orders", sendsContact: true, enabled: true };
  await contact.api.assistant.tools.save({ ...tool, ...whereTo, headers: [{ name: "X-Key", value: word }] });
  const invitationId = InvitationId.parse(randomUUID());
  await contact.api.invitations.create({ id: invitationId, email: `${word}@example.com`, role: "viewer" });
  await db.transaction(tenantId, (tx) =>
    recordAudit(tx, {
      action: "document.added",
      actor: { kind: "member", id: people.viewer.memberId },
      target: { kind: "document", id: first.documentId },
    }),
  );

  const GapId = randomUUID();
  await db.transaction(tenantId, async (tx) => {
    const question = `Where is the ${word} elephant?`;
    const [embedding = []] = await createWordEmbedder().embed([question]);
    await tx.insert(gaps).values({ id: GapId as never, question, embedderId: "words", embedding });
    const asked = { messageId, gapId: GapId as never, question, reason: "unknown", askedAt: new Date() } as const;
    await tx.insert(gapQuestions).values(asked);
  });
  const KnowledgeTestId = randomUUID();
  const KnowledgeTestRunId = randomUUID();
  const test = { id: KnowledgeTestId as never, question: `Is the ${word} elephant grey?` };
  await contact.api.knowledgeTests.create({ ...test, words: [word] });
  await db.transaction(tenantId, (tx) =>
    tx.insert(knowledgeTestRuns).values({ id: KnowledgeTestRunId as never, cause: "asked" }),
  );
  await db.transaction(tenantId, (tx) =>
    tx.insert(knowledgeTestResults).values({
      ...{ runId: KnowledgeTestRunId as never, testId: KnowledgeTestId as never, verdict: "failed", changed: true },
      ...{ outcome: "answered", answer: `Of ${word}.`, citations: [], missing: { citations: [], words: [word] } },
      ...{ answerer: "built-in", durationMs: 1 },
    }),
  );

  const [run] = await db.read(tenantId, (tx) => tx.select().from(runs));
  const [source] = await db.read(tenantId, (tx) => tx.select().from(sources));
  const [version] = await db.read(tenantId, (tx) =>
    tx.select().from(documentVersions).where(sql`document_id = ${first.documentId}`),
  );
  if (!run || !source || !version) throw new Error("the tenant is not complete");

  const ids: Record<IdKind, string> = {
    TenantId: tenantId,
    InboxId: inbox.id,
    ContactId: contactId,
    MemberId: people.viewer.memberId,
    UserId: owner.userId,
    ConversationId: conversationId,
    MessageId: messageId,
    RunId: run.id,
    SourceId: source.id,
    DocumentId: first.documentId,
    DocumentVersionId: version.id,
    ChunkId: passage.chunkId,
    ApiKeyId: apiKeyId,
    ModelProviderId: provider.id,
    HttpToolId: tool.id,
    ModelId: model.id,
    InvitationId: invitationId,
    KnowledgeTestId,
    KnowledgeTestRunId,
    GapId,
  };
  return { ...contact, people, ids, word, library, apiKey };
}
export type FullTenant = Awaited<ReturnType<typeof createFullTenant>>;

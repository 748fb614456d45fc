import { randomUUID } from "node:crypto";
import { type TenantId, words } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { tenantEmbedders } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import * as z from "zod";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import { EmbedderError } from "./embedder-error.ts";
import type { KnowledgeJobs } from "./jobs.ts";
import type { Embedder } from "./passage.ts";
import {
  currentEmbedderId,
  type EmbedderRow,
  findChoices,
  languageOf,
  openEmbedder,
  placeOfKey,
} from "./tenant-embedder.ts";

const openaiUrl = "https://api.openai.com/v1";

/** Of a shorter key, its last characters would tell too much. */
const shortestHinted = 12;

export const ChooseEmbedder = z.strictObject({
  kind: z.enum(["built-in", "installation", "openai", "openai-compatible"]),
  /** Up to and including `/v1`; of `openai-compatible` alone. */
  baseUrl: z
    .string()
    .max(500)
    .regex(/^https?:\/\/[^\s?#]+$/)
    .transform((url) => url.replace(/\/+$/, ""))
    .optional(),
  model: words(200).trim().min(1).optional(),
  /** Numbers in a vector. */
  dimensions: z.int().min(1).max(1_900).optional(),
  apiKey: words(500).trim().min(1).optional(),
});
export type ChooseEmbedder = z.infer<typeof ChooseEmbedder>;

type Choice = Pick<EmbedderRow, "kind" | "embedderId" | "baseUrl" | "model" | "dimensions" | "sealedKey" | "keyHint">;

/**
 * What was chosen, after it was tried: a server has made a vector of a word.
 *
 * @throws AppError `embedder.incomplete`, `embedder.unavailable`; `embedder.refused` and the like when the server does not do it
 */
export async function tryEmbedder(builtIn: Embedder, tenantId: TenantId, input: ChooseEmbedder): Promise<Choice> {
  const none = { baseUrl: null, model: null, dimensions: null, sealedKey: null, keyHint: null };
  const { others } = builtIn;
  const { kind, model, dimensions, apiKey } = input;
  if (kind === "built-in") return { ...none, kind, embedderId: builtIn.id };
  if (kind === "installation") {
    if (!others?.installation) throw new AppError("embedder.unavailable");
    return { ...none, kind, embedderId: others.installation.id };
  }
  const baseUrl = kind === "openai" ? openaiUrl : input.baseUrl;
  if (!baseUrl || !model || !dimensions || (kind === "openai" && !apiKey)) throw new AppError("embedder.incomplete");
  if (!others) throw new AppError("embedder.unavailable");
  const embedder = others.open({ baseUrl, model, dimensions, apiKey });
  try {
    await embedder.embed(["Hello"], { urgent: true });
  } catch (error) {
    if (error instanceof EmbedderError) throw new AppError(error.code, { cause: error });
    throw error;
  } finally {
    await embedder.close();
  }
  const key = apiKey && {
    sealedKey: others.seal(apiKey, placeOfKey(tenantId, baseUrl)),
    keyHint: apiKey.length < shortestHinted ? "" : apiKey.slice(-4),
  };
  return { ...none, kind, embedderId: embedder.id, baseUrl, model, dimensions, ...key };
}

/**
 * Orders the change: every passage gets a vector of the embedder in the background, then it is searched with. Of one that is already in
 * use, under the same address and model, a new key takes the place of the old one at once.
 *
 * @throws AppError `auth.forbidden`, `embedder.change_under_way`, `embedder.same`
 */
export async function chooseEmbedder(
  tx: TenantTransaction,
  { jobs, builtIn }: { jobs: Pick<KnowledgeJobs, "send">; builtIn: Embedder },
  by: Actor & { tenantId: TenantId },
  choice: Choice,
): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  const rows = await tx.select().from(tenantEmbedders).for("update");
  if (rows.some(({ state, givenUp }) => state === "next" && !givenUp)) throw new AppError("embedder.change_under_way");
  // One that was given up is over.
  if (rows.some(({ state }) => state === "next")) {
    await tx.delete(tenantEmbedders).where(eq(tenantEmbedders.state, "next"));
    await jobs.send(tx, "clearVectors", { tenantId: by.tenantId });
  }
  const isSame = (await currentEmbedderId(tx, builtIn)) === choice.embedderId;
  if (isSame) {
    if (!choice.sealedKey) throw new AppError("embedder.same");
    await tx
      .update(tenantEmbedders)
      .set({ ...choice, failure: null })
      .where(eq(tenantEmbedders.state, "current"));
    await jobs.send(tx, "resumeDocuments", { tenantId: by.tenantId });
  } else {
    const id = randomUUID();
    await tx.insert(tenantEmbedders).values({ ...choice, state: "next", id });
    await jobs.send(tx, "changeEmbedder", { tenantId: by.tenantId, changeId: id });
  }
  await announce(tx, { type: "embedder.changed" });
  await tell(tx, by, "embedder.chosen", { kind: choice.kind, keyOnly: isSame });
}

/** Ends a change that is under way; what it has made is deleted. Without one, nothing happens. @throws AppError `auth.forbidden` */
export async function cancelEmbedderChange(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor & { tenantId: TenantId },
): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  const cancelled = await tx.delete(tenantEmbedders).where(eq(tenantEmbedders.state, "next")).returning();
  const [change] = cancelled;
  if (!change) return;
  await jobs.send(tx, "clearVectors", { tenantId: by.tenantId });
  await announce(tx, { type: "embedder.changed" });
  await tell(tx, by, "embedder.change_cancelled", { kind: change.kind });
}

const tell = (
  tx: TenantTransaction,
  by: Actor & { tenantId: TenantId },
  action: "embedder.chosen" | "embedder.change_cancelled",
  details: Record<string, string | boolean>,
) =>
  recordAudit(tx, {
    action,
    actor: { kind: "member", id: by.memberId },
    target: { kind: "embedder", id: by.tenantId },
    ip: by.ip,
    details,
  });

/** What makes the tenant's vectors now and next, and what it may choose; keys by their last characters alone. */
export async function getEmbedder(db: Database, builtIn: Embedder, tenantId: TenantId) {
  const { current, next } = await findChoices(db, tenantId);
  const show = (row: EmbedderRow) => {
    const { kind, baseUrl, model, dimensions, keyHint, failure } = row;
    const embedder = isThere(builtIn, row);
    return {
      kind,
      baseUrl,
      model,
      dimensions,
      keyHint,
      failure: embedder ? failure : ("embedder.unavailable" as const),
    };
  };
  const { installation } = builtIn.others ?? {};
  const kind = "built-in" as const;
  const none = { kind, baseUrl: null, model: null, dimensions: null, keyHint: null, failure: null };
  return {
    current: {
      ...(current ? show(current) : none),
      /** The one that it knows, by its ISO 639-1 code; null: many, or nobody has said. */
      language: languageOf(builtIn, current) ?? null,
    },
    next: next ? { ...show(next), done: next.done, total: next.total, givenUp: next.givenUp } : null,
    installation: installation ? { dimensions: installation.dimensions } : null,
  };
}

function isThere(builtIn: Embedder, row: EmbedderRow): boolean {
  try {
    openEmbedder(builtIn, row);
    return true;
  } catch {
    return false;
  }
}

import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { tenantEmbedders } from "@parley/db/schema";
import { and, eq, sql } from "drizzle-orm";
import { announce } from "../outbox/announce.ts";
import { EmbedderError } from "./embedder-error.ts";
import { enterSpending } from "./enter-spending.ts";
import { indexKnowledge } from "./index-knowledge.ts";
import type { KnowledgeJobs } from "./jobs.ts";
import type { Embedder, EmbeddingSpent, MediaType } from "./passage.ts";
import { searchableText } from "./searchable-text.ts";
import { findChoices, noteFailure, openEmbedder } from "./tenant-embedder.ts";
import { holdVectors, intoIndex } from "./vector-index.ts";
import { toVectorText } from "./vector-text.ts";

/** Passages that are embedded and written at a time: where embedders are on this machine, a question waits for no more than one. */
const batchSize = 32;
/** How many times the progress is told, from nothing to all. */
const steps = 50;

/** What one job takes at most, before others' changes have their turn. */
const longestMs = 300_000;

export type ChangeDeps = {
  db: Database;
  embedder: Embedder;
  jobs: Pick<KnowledgeJobs, "send">;
  exactUpTo: number;
  /** In milliseconds, from any moment on. */
  now(): number;
};

/**
 * Gives every passage of the tenant a vector of the embedder that it has chosen, then puts that in the place of the one that questions
 * were searched with until now: in one transaction, once no passage lacks a vector. Documents come and go in the meantime.
 *
 * May be called again after it failed or its process died, and while another call still runs. A change that was cancelled, or that a
 * later one has replaced or that was given up, goes no further. After some minutes it orders the next job of it, and ends.
 *
 * @throws when the database or the embedder fails, or the signal's reason; then it may be tried again
 */
export async function changeEmbedder(
  deps: ChangeDeps,
  { tenantId, changeId }: { tenantId: TenantId; changeId: string },
  signal: AbortSignal,
): Promise<"changed" | "over" | "goes on"> {
  const { db, jobs, now } = deps;
  const { next } = await findChoices(db, tenantId);
  if (next?.id !== changeId || next.givenUp) return "over";
  const until = now() + longestMs;
  try {
    const embedder = openEmbedder(deps.embedder, next);
    for (;;) {
      const embedded = await embedMissing({ db, isTimeUp: () => now() > until }, tenantId, embedder, changeId, signal);
      if (embedded === "over") return "over";
      if (embedded === "goes on") {
        await db.transaction(tenantId, (tx) => jobs.send(tx, "changeEmbedder", { tenantId, changeId }));
        return "goes on";
      }
      await indexKnowledge({ ...deps, embedder }, tenantId, signal);
      const outcome = await putInPlace(deps, tenantId, embedder.id, changeId);
      if (outcome !== "incomplete") return outcome;
    }
  } catch (error) {
    if (error instanceof EmbedderError) await noteFailure(db, tenantId, "next", error.code);
    throw error;
  }
}

/** Says that a change is not tried again by itself. */
export async function giveUpChange(
  db: Database,
  { tenantId, changeId }: { tenantId: TenantId; changeId: string },
): Promise<void> {
  await db.transaction(tenantId, async (tx) => {
    const isThis = and(eq(tenantEmbedders.state, "next"), eq(tenantEmbedders.id, changeId));
    const given = await tx.update(tenantEmbedders).set({ givenUp: true }).where(isThis).returning();
    if (given.length > 0) await announce(tx, { type: "embedder.changed" });
  });
}

/** Passages that are searched, or will be when their version is read in or published, and have no vector of the embedder. */
const missing = (embedderId: string) => sql`
  chunks c join document_versions v on v.id = c.document_version_id
  where (v.chunk_state = 'live' or v.status in ('queued', 'parsing', 'embedding', 'held'))
    and not exists (select from embeddings e where e.chunk_id = c.id and e.embedder_id = ${embedderId})`;

type MissingChunk = { id: string; title: string; mediaType: MediaType; headingPath: string[]; text: string };

/** @returns `goes on` when its time was up before the end */
async function embedMissing(
  { db, isTimeUp }: { db: Database; isTimeUp(): boolean },
  tenantId: TenantId,
  embedder: Embedder,
  changeId: string,
  signal: AbortSignal,
): Promise<"done" | "over" | "goes on"> {
  const isThis = and(eq(tenantEmbedders.state, "next"), eq(tenantEmbedders.id, changeId));
  const count = await db.read(tenantId, (read) =>
    read.execute<{ left: number; all: number }>(sql`
      select (select count(*)::integer from ${missing(embedder.id)}) as left,
        coalesce((select chunks from corpus), 0) as all`),
  );
  const { left, all } = count.rows[0] ?? { left: 0, all: 0 };
  const total = Math.max(left, all);
  let done = total - left;
  let told = -1;
  for (let after = "00000000-0000-0000-0000-000000000000"; ; ) {
    signal.throwIfAborted();
    const { rows } = await db.read(tenantId, (read) =>
      read.execute<MissingChunk>(sql`
        select c.id, v.title, v.media_type as "mediaType", c.heading_path as "headingPath", c.text
        from ${missing(embedder.id)} and c.id > ${after} order by c.id limit ${batchSize}`),
    );
    const spent: EmbeddingSpent[] = [];
    const texts = rows.map(({ title, mediaType, ...chunk }) => searchableText(title, mediaType, chunk));
    const vectors = await embedder
      .embed(texts, { signal, onSpent: (one) => void spent.push(one) })
      .catch(async (error: unknown) => {
        await db.transaction(tenantId, (tx) => enterSpending(tx, spent));
        throw error;
      });
    const given = rows.map(({ id }, index) => ({ id, vector: toVectorText(vectors[index] ?? new Float32Array()) }));
    done += rows.length;
    const isOurs = await db.transaction(tenantId, async (tx) => {
      await holdVectors(tx);
      const noted = await tx
        .update(tenantEmbedders)
        .set({ done, total: Math.max(done, total), failure: null })
        .where(isThis)
        .returning({ id: tenantEmbedders.id });
      if (noted.length === 0) {
        await enterSpending(tx, spent);
        return false;
      }
      await tx.execute(sql`
        with given as materialized (
          select * from json_to_recordset(${JSON.stringify(given)}::json) as row (id uuid, vector text)
        ), there as materialized (
          select given.* from given join chunks c on c.id = given.id for key share of c
        ), embedded as (
          insert into embeddings (chunk_id, embedder_id, embedding)
          select id, ${embedder.id}, vector::vector from there
          on conflict do nothing returning chunk_id, embedder_id, embedding
        )
        ${intoIndex(sql`select chunk_id, embedder_id, embedding from embedded`)}`);
      const step = Math.floor((steps * done) / Math.max(total, 1));
      if (step !== told) await announce(tx, { type: "embedder.changed" });
      told = step;
      await enterSpending(tx, spent);
      return true;
    });
    if (!isOurs) return "over";
    const last = rows.at(-1);
    if (!last) return "done";
    if (isTimeUp()) return "goes on";
    after = last.id;
  }
}

/** `incomplete`: passages have come in the meantime that lack a vector. */
async function putInPlace(
  { db, jobs }: ChangeDeps,
  tenantId: TenantId,
  embedderId: string,
  changeId: string,
): Promise<"changed" | "over" | "incomplete"> {
  return db.transaction(tenantId, async (tx) => {
    // Nobody writes vectors meanwhile, so whoever writes the next ones sees which embedder it is.
    await holdVectors(tx, { alone: true });
    const { rows } = await tx.execute(sql`select 1 from ${missing(embedderId)} limit 1`);
    if (rows.length > 0) return "incomplete";
    const next = and(eq(tenantEmbedders.state, "next"), eq(tenantEmbedders.id, changeId));
    if ((await tx.$count(tenantEmbedders, next)) === 0) return "over";
    await tx.delete(tenantEmbedders).where(eq(tenantEmbedders.state, "current"));
    await tx.update(tenantEmbedders).set({ state: "current" }).where(next);
    await jobs.send(tx, "clearVectors", { tenantId });
    await jobs.send(tx, "resumeDocuments", { tenantId });
    await announce(tx, { type: "embedder.changed" });
    return "changed";
  });
}

import type { TenantId } from "@parley/contracts";
import type { RankedPassage } from "../knowledge/passage.ts";
import { searchKnowledge } from "../knowledge/search.ts";
import type { Question } from "./answerer.ts";
import type { ComposeDeps } from "./compose-answer.ts";
import { inContext } from "./in-context.ts";
import type { Models } from "./routing/route.ts";

/** What an answer is written from. */
export const passagesPerAnswer = 6;

/**
 * What is known about the question, best first. "And how much is it?" is searched as what it means. For whoever reads what was said
 * before, any other question is searched as it stands and together with the one before: it may go on from that in other ways.
 */
export async function retrieve(
  { db, embedder, scope }: Pick<ComposeDeps, "db" | "embedder" | "scope">,
  { tiers }: Pick<Models, "tiers">,
  tenantId: TenantId,
  { text, history }: Pick<Question, "text" | "history">,
): Promise<RankedPassage[]> {
  const limit = passagesPerAnswer;
  const search = (question: string) => searchKnowledge(db, embedder, tenantId, question, { limit, scope });
  const meant = inContext(text, history);
  if (meant !== text) return search(meant);
  const found = await search(text);
  const readsHistory = tiers.some(({ models }) => models.some((model) => model.readsHistory));
  const before = readsHistory && history.findLast(({ author }) => author === "contact");
  if (!before) return found;
  const together = await search(`${before.text}\n${text}`);
  const taken = new Map(found.slice(0, limit / 2).map((passage) => [passage.chunkId, passage]));
  for (const passage of [...together, ...found]) {
    if (taken.size < limit && !taken.has(passage.chunkId)) taken.set(passage.chunkId, passage);
  }
  return [...taken.values()];
}

import { testLimits } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { knowledgeTests } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { announce } from "../outbox/announce.ts";

/**
 * Stores a test. The client chooses the id: a retry changes nothing.
 *
 * @throws AppError `test.too_many`; `test.id_taken` when that id names another test
 */
export async function addTest(
  tx: TenantTransaction,
  test: Pick<
    typeof knowledgeTests.$inferInsert,
    "id" | "question" | "history" | "messageId" | "expected" | "words" | "createdBy"
  >,
): Promise<void> {
  // One at a time, so that the limit holds.
  await tx.execute(sql`select 1 from tenants for no key update`);
  const [known] = await tx
    .select({ question: knowledgeTests.question })
    .from(knowledgeTests)
    .where(eq(knowledgeTests.id, test.id));
  if (known && known.question !== test.question) throw new AppError("test.id_taken");
  if (known) return;
  if ((await tx.$count(knowledgeTests)) >= testLimits.tests) throw new AppError("test.too_many");
  await tx.insert(knowledgeTests).values(test);
  await announce(tx, { type: "tests.changed" });
}

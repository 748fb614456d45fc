import type { KnowledgeTestId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { knowledgeTests } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { AppError } from "../app-error.ts";

/** The test, held until the transaction ends. @throws AppError `test.not_found` */
export async function lockTest(tx: TenantTransaction, testId: KnowledgeTestId) {
  const [test] = await tx.select().from(knowledgeTests).where(eq(knowledgeTests.id, testId)).for("update");
  if (!test) throw new AppError("test.not_found");
  return test;
}

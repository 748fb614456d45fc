import * as z from "zod";

/**
 * What a spent budget does to answers, the mildest first. `cheaper`: only the workspace's cheapest models write · `built_in`: no model is
 * paid for · `person`: the conversation goes to the members.
 */
export const BudgetStep = z.enum(["cheaper", "built_in", "person"]);
export type BudgetStep = z.infer<typeof BudgetStep>;

/** Of the budget. */
const Percent = z.int().min(1).max(100);

/** What a workspace wants to spend on models in one month (UTC), and what is to happen as it is used up; null: never. */
export const Budget = z.strictObject({
  /** Millionths of a US dollar. */
  monthlyMicros: z.int().min(10_000).max(1_000_000_000_000),
  cheaperAt: Percent.nullable().default(null),
  builtInAt: Percent.nullable().default(null),
  personAt: Percent.nullable().default(null),
});
export type Budget = z.infer<typeof Budget>;

/** Percent of the budget at which owners and admins are told, once a month each. */
export const budgetAlerts = [50, 80, 100] as const;

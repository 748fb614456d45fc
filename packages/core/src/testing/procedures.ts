import { appRouter } from "../router.ts";
import type { ProcedureMeta } from "../trpc.ts";

export type Procedure = {
  /** As a client calls it: `members.list`. */
  path: string;
  type: "query" | "mutation" | "subscription";
  meta: Partial<ProcedureMeta>;
  /** The schemas of its input, in order. */
  inputs: readonly unknown[];
};

type Definition = { _def: { type: Procedure["type"]; meta?: ProcedureMeta; inputs?: readonly unknown[] } };

/** Every procedure of the router, as it says of itself: for proofs that are to hold of all of them. */
export const procedures: readonly Procedure[] = Object.entries(
  appRouter._def.procedures as unknown as Record<string, Definition>,
).map(([path, { _def }]) => ({ path, type: _def.type, meta: _def.meta ?? {}, inputs: _def.inputs ?? [] }));

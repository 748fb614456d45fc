import { createHash } from "node:crypto";
import { TenantId } from "@parley/contracts";
import * as z from "zod";
import type { CheckpointKey } from "./checkpoint-key.ts";

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
/** Where a tenant's log ended. */
const Head = z.object({ tenantId: TenantId, seq: z.int().positive(), hash: Hash });
export type Head = z.infer<typeof Head>;

const Line = z.object({
  at: z.iso.datetime(),
  /** 1, 2, 3 … of the installation. Two processes that write at once may both write one of the same number. */
  number: z.int().positive(),
  /** SHA-256 of the line with the number before, in whichever file; zeros in the first. */
  previous: Hash,
  heads: z.array(Head),
  signature: z.string(),
});
export type CheckpointLine = z.infer<typeof Line>;
/** A line as the first releases wrote them: the lines of each file were a chain of its own. */
const FormerLine = Line.omit({ number: true });
type FormerLine = z.infer<typeof FormerLine>;

export const firstPrevious = "0".repeat(64);
export const hashLine = (line: string) => createHash("sha256").update(line).digest("hex");

const listed = (heads: readonly Head[]) => heads.map(({ tenantId, seq, hash }) => [tenantId, seq, hash]);
const toSigned = ({ at, number, previous, heads }: Omit<CheckpointLine, "signature">) =>
  JSON.stringify(["parley/audit-checkpoint/2", at, number, previous, listed(heads)]);
const toFormerlySigned = ({ at, previous, heads }: FormerLine) =>
  JSON.stringify(["parley/audit-checkpoint/1", at, previous, listed(heads)]);

/** One line of a checkpoint file, without the line break at its end. */
export function writeLine(key: CheckpointKey, content: Omit<CheckpointLine, "signature">): string {
  return JSON.stringify({ ...content, signature: key.sign(toSigned(content)) });
}

/** @returns undefined for a line that this installation has not signed as it stands; a former one without a number */
export function readLine(key: CheckpointKey, text: string): CheckpointLine | FormerLine | undefined {
  try {
    const line = z.union([Line, FormerLine]).parse(JSON.parse(text));
    const signed = "number" in line ? toSigned(line) : toFormerlySigned(line);
    return key.verify(signed, line.signature) ? line : undefined;
  } catch {
    return undefined;
  }
}

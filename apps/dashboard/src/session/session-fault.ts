import type { ErrorCode } from "@parley/contracts";
import { errorCode } from "../errors/error-code.ts";

const faults: Partial<Record<ErrorCode, "ended" | "lost">> = {
  "auth.required": "ended",
  "auth.expired": "ended",
  "tenant.not_found": "lost",
  "tenant.required": "lost",
  "auth.factor_required": "lost",
};

/**
 * What a failure says of the session: it has ended; or the person has it, but the workspace is theirs no more or wants more of them.
 * Undefined when it says nothing of it.
 */
export function sessionFault(error: unknown): "ended" | "lost" | undefined {
  const code = errorCode(error);
  return code && faults[code];
}

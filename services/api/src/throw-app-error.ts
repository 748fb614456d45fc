import { TRPCError } from "@trpc/server";

/** As routes throw it, not as procedures do. */
export function throwAppError(error: unknown): never {
  throw error instanceof TRPCError && error.cause ? error.cause : error;
}

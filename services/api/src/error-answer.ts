import { AuthError } from "@parley/auth";
import { type ErrorBody, type ErrorCode, errorCodes } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { DatabaseError } from "@parley/db";
import type { FastifyError, FastifyRequest } from "fastify";
import { ZodError } from "zod";

/** How long a client waits before it comes again, in seconds, where nothing else has said so; undefined: it need not come again. */
export function retryAfterOf(code: ErrorCode): string | undefined {
  // Documents are read in at some a second.
  if (code === "document.queue_full") return "5";
  return errorCodes[code].status === 503 ? "1" : undefined;
}

/** What the client is told: a code and its meaning; the rest stays in our log. */
export function errorAnswer(error: FastifyError, request: FastifyRequest): { status: number; body: ErrorBody } {
  const of = (code: keyof typeof errorCodes, issues?: ErrorBody["error"]["issues"]) => ({
    status: errorCodes[code].status as number,
    body: {
      error: {
        code,
        message: errorCodes[code].meaning,
        requestId: request.id,
        ...(issues && { issues }),
      },
    },
  });
  if (error instanceof AppError || error instanceof AuthError) return of(error.code);
  if (error instanceof ZodError) {
    return of(
      "input.invalid",
      error.issues.map(({ path, message }) => ({
        path: path.join("."),
        message,
      })),
    );
  }
  if (error instanceof DatabaseError && error.code === "database.busy") return of("service.busy");
  if (error.statusCode === 413) return of("input.too_large");
  if (error.statusCode === 415) return { ...of("input.invalid"), status: 415 };
  if (error.statusCode && error.statusCode < 500) return of("input.invalid");
  return of("internal");
}

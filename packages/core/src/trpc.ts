import type { Session, User } from "@parley/auth";
import { ConversationId, type ErrorCode, type MemberId, type Role, type TenantId } from "@parley/contracts";
import { type Database, DatabaseError, type TenantTransaction } from "@parley/db";
import { initTRPC, TRPCError } from "@trpc/server";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";
import * as z from "zod";
import { AppError } from "./app-error.ts";
import type { WorkspaceModels } from "./assistant/workspace-models.ts";
import type { KnowledgeJobs } from "./knowledge/jobs.ts";
import type { Embedder } from "./knowledge/passage.ts";
import type { MailJobs } from "./mail/mail-jobs.ts";
import { may, type Permission } from "./tenants/permissions.ts";

/** A signed-in user in one of their tenants. */
export type MemberCaller = {
  kind: "member";
  tenantId: TenantId;
  memberId: MemberId;
  name: string;
  role: Role;
};

/** What the log of a request tells beside the usual: ids and names of procedures, never words. */
export type Facts = {
  tenantId?: string;
  memberId?: string;
  contactId?: string;
  apiKeyId?: string;
  conversationId?: string;
  procedures?: string;
  /** Why the request was not let do what it asked. */
  refusal?: ErrorCode;
};

/** What every procedure is given. */
export type Context = {
  db: Database;
  embedder: Embedder;
  requestId: string;
  /** Where the request came from. */
  ip: string;
  facts: Facts;
  secret: string;
  realtimeUrl: string;
  /** Where the links in mails lead. */
  dashboardUrl: string;
  mailJobs: Pick<MailJobs, "send">;
  knowledgeJobs: Pick<KnowledgeJobs, "send">;
  /** The tenants' models, and how they are reached. */
  models: WorkspaceModels;
  /** Whether anybody may come and make a workspace here. */
  isOpen: boolean;
  /**
   * Counts an invitation to the address: against the tenant's own limit, and that of all tenants.
   *
   * @returns whether it may be mailed; all tenants together may have mailed the address enough, and none is to know of the others
   * @throws AppError `rate.exceeded` when the tenant has invited it too often
   */
  countInvitation(tenantId: TenantId, address: string): Promise<boolean>;
  /** Counts a search of the user's. @throws AppError `rate.exceeded` when they have searched too often */
  countSearch(): Promise<void>;
  user: User | undefined;
  /** The user's: there when they are. */
  session: Session | undefined;
  caller: MemberCaller | undefined;
  /** Why a signed-in user has no place in the tenant that the request is about. */
  noCaller?: "tenant.not_found" | "tenant.required" | "auth.factor_required" | undefined;
};

/** What every procedure says of itself: who may call it. */
export type ProcedureMeta = {
  /** Of a member in the tenant; `account`: whoever is signed in, in whichever tenant or in none; `anybody`: without signing in. */
  permission: Permission | "account" | "anybody";
  /** The member has to have proved in the last 10 minutes who they are. */
  confirmed?: true;
};

const trpcCodes: Record<number, TRPC_ERROR_CODE_KEY> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  422: "UNPROCESSABLE_CONTENT",
  429: "TOO_MANY_REQUESTS",
  503: "SERVICE_UNAVAILABLE",
};

const t = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    // A client learns a code, its meaning and the request's id; never a stack, a path or a message of ours.
    errorFormatter({ shape, error, ctx }) {
      const { cause } = error;
      const code =
        cause instanceof AppError ? cause.code : error.code === "INTERNAL_SERVER_ERROR" ? "internal" : "input.invalid";
      const issues =
        cause instanceof z.ZodError
          ? cause.issues.map(({ path, message }) => ({
              path: path.join("."),
              message,
            }))
          : cause instanceof AppError
            ? cause.issues
            : undefined;
      return {
        code: shape.code,
        message: code,
        data: {
          code: shape.data.code,
          httpStatus: shape.data.httpStatus,
          appCode: code,
          requestId: ctx?.requestId ?? null,
          ...(issues && { issues }),
        },
      };
    },
  });

export const { router, createCallerFactory } = t;

/** The failure as tRPC answers it, when it is one that a client may see; any other as it is. */
export function toTrpcError(error: unknown): unknown {
  const isBusy = error instanceof DatabaseError && error.code === "database.busy";
  const cause = isBusy ? new AppError("service.busy", { cause: error }) : error;
  if (!(cause instanceof AppError)) return error;
  return new TRPCError({ code: trpcCodes[cause.status] ?? "INTERNAL_SERVER_ERROR", cause });
}

const AboutConversation = z.object({ conversationId: ConversationId });

const mapped = t.procedure.use(async ({ ctx, path, getRawInput, next }) => {
  const { facts } = ctx;
  facts.procedures = facts.procedures ? `${facts.procedures},${path}` : path;
  const { data } = AboutConversation.safeParse(await getRawInput());
  if (data) facts.conversationId = data.conversationId;

  const result = await next();
  if (result.ok) return result;
  if (result.error.cause instanceof AppError) facts.refusal = result.error.cause.code;
  const error = toTrpcError(result.error.cause);
  if (error instanceof TRPCError) throw error;
  return result;
});

/** For whoever comes. What is behind it asks for a secret of its own. */
export const publicProcedure = mapped.meta({ permission: "anybody" });

/** For anybody who is signed in, in whichever tenant: what concerns their own account. */
export const accountProcedure = mapped.meta({ permission: "account" }).use(({ ctx, next }) => {
  if (!ctx.user) throw new AppError("auth.required");
  return next({ ctx: { user: ctx.user } });
});

/**
 * For a member of the tenant that the request names whose role holds the permission; everything it does happens in that tenant.
 * The permission is asked for before the input is parsed; of what has come only the conversation that the log names was looked at by then.
 */
export const procedureFor = (permission: Permission) =>
  mapped.meta({ permission }).use(({ ctx, next }) => {
    const { caller, db } = ctx;
    if (!caller) throw new AppError(ctx.user ? (ctx.noCaller ?? "auth.forbidden") : "auth.required");
    if (!may(caller.role, permission)) throw new AppError("auth.forbidden");
    return next({
      ctx: {
        caller,
        read: <T>(query: Parameters<typeof db.read<T>>[1]) => db.read(caller.tenantId, query),
        inTenant: <T>(work: (tx: TenantTransaction) => Promise<T>) => db.transaction(caller.tenantId, work),
      },
    });
  });

/**
 * For what must not be done with a browser that somebody left open: the person has proved in the last 10 minutes who they are.
 *
 * @throws AppError `auth.confirmation_required`: `/api/auth/confirm` comes first, and then the same again
 */
export function requireConfirmed({ session }: Pick<Context, "session">): void {
  if (!session?.fresh) throw new AppError("auth.confirmation_required");
}

/** As `procedureFor`, for members who have just proved who they are. @throws as `requireConfirmed`, before the input is read */
export const confirmedProcedureFor = (permission: Permission) =>
  procedureFor(permission)
    .meta({ permission, confirmed: true })
    .use(({ ctx, next }) => {
      requireConfirmed(ctx);
      return next();
    });

import { ApiKeyId } from "@parley/contracts";
import * as z from "zod";
import { confirmedProcedureFor, type MemberCaller, procedureFor, router } from "../trpc.ts";
import { CreateApiKey, RotateApiKey } from "./api-key.ts";
import { createApiKey, type Maker } from "./create-api-key.ts";
import { listApiKeys } from "./list-api-keys.ts";
import { revokeApiKey } from "./revoke-api-key.ts";
import { rotateApiKey } from "./rotate-api-key.ts";

const byOf = ({ caller, ip }: { caller: MemberCaller; ip: string }): Maker => ({
  tenantId: caller.tenantId,
  memberId: caller.memberId,
  ip,
});

/** The keys by which a tenant's programs get in. */
export const apiKeysRouter = router({
  list: procedureFor("api_keys.manage").query(({ ctx }) => listApiKeys(ctx.db, ctx.caller.tenantId)),

  create: confirmedProcedureFor("api_keys.manage")
    .input(CreateApiKey)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => createApiKey(tx, byOf(ctx), input))),

  rotate: confirmedProcedureFor("api_keys.manage")
    .input(RotateApiKey)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => rotateApiKey(tx, byOf(ctx), input))),

  revoke: procedureFor("api_keys.manage")
    .input(z.strictObject({ id: ApiKeyId }))
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => revokeApiKey(tx, byOf(ctx), input.id))),
});

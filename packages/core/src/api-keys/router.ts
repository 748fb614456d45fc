import { ApiKeyId } from "@parley/contracts";
import * as z from "zod";
import { procedureFor, router } from "../trpc.ts";
import { CreateApiKey, RotateApiKey } from "./api-key.ts";
import { createApiKey } from "./create-api-key.ts";
import { listApiKeys } from "./list-api-keys.ts";
import { revokeApiKey } from "./revoke-api-key.ts";
import { rotateApiKey } from "./rotate-api-key.ts";

const managerProcedure = procedureFor("api_keys.manage").use(({ ctx, next }) => {
  const { tenantId, memberId } = ctx.caller;
  return next({ ctx: { by: { tenantId, memberId, ip: ctx.ip } } });
});

/** The keys by which a tenant's programs get in. */
export const apiKeysRouter = router({
  list: managerProcedure.query(({ ctx }) => listApiKeys(ctx.db, ctx.caller.tenantId)),

  create: managerProcedure
    .input(CreateApiKey)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => createApiKey(tx, ctx.by, input))),

  rotate: managerProcedure
    .input(RotateApiKey)
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => rotateApiKey(tx, ctx.by, input))),

  revoke: managerProcedure
    .input(z.strictObject({ id: ApiKeyId }))
    .mutation(({ ctx, input }) => ctx.inTenant((tx) => revokeApiKey(tx, ctx.by, input.id))),
});

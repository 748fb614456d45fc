import { AssistantSettings } from "@parley/contracts";
import * as z from "zod";
import { procedureFor, router } from "../../trpc.ts";
import { readSettings } from "../read-settings.ts";
import { changeSettings, restoreSettings } from "./change-settings.ts";
import { listSettingsVersions } from "./list-versions.ts";

const Version = z.int32().nonnegative();

/** What the assistant is called and told. */
export const settingsRouter = router({
  get: procedureFor("assistant.read").query(({ ctx }) => readSettings(ctx.db, ctx.caller.tenantId)),

  versions: procedureFor("assistant.read").query(({ ctx }) => listSettingsVersions(ctx.db, ctx.caller.tenantId)),

  change: procedureFor("assistant.manage")
    .input(z.strictObject({ basedOn: Version, settings: AssistantSettings }))
    .mutation(({ ctx, input }) =>
      ctx.inTenant((tx) => changeSettings(tx, { memberId: ctx.caller.memberId, ip: ctx.ip }, input)),
    ),

  restore: procedureFor("assistant.manage")
    .input(z.strictObject({ basedOn: Version, version: Version }))
    .mutation(({ ctx, input }) =>
      ctx.inTenant((tx) => restoreSettings(tx, { memberId: ctx.caller.memberId, ip: ctx.ip }, input)),
    ),
});

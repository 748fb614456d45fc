import { AssistantSettings } from "@parley/contracts";
import * as z from "zod";
import { procedureFor, router } from "../../trpc.ts";
import { findHeldSettings, readSettings } from "../read-settings.ts";
import { changeSettings, restoreSettings } from "./change-settings.ts";
import { listSettingsVersions } from "./list-versions.ts";

const Version = z.int32().nonnegative();
const Seen = { basedOn: Version, basedOnHeld: z.string().max(100).optional() };

/** What the assistant is called and told. */
export const settingsRouter = router({
  get: procedureFor("assistant.read").query(({ ctx }) => readSettings(ctx.db, ctx.caller.tenantId)),

  /** What they are to become once it is published; null: nothing is held. */
  held: procedureFor("assistant.read").query(
    async ({ ctx }) => (await findHeldSettings(ctx.db, ctx.caller.tenantId)) ?? null,
  ),

  versions: procedureFor("assistant.read").query(({ ctx }) => listSettingsVersions(ctx.db, ctx.caller.tenantId)),

  change: procedureFor("assistant.manage")
    .input(z.strictObject({ ...Seen, settings: AssistantSettings }))
    .mutation(({ ctx, input }) =>
      ctx.inTenant((tx) => changeSettings(tx, { memberId: ctx.caller.memberId, ip: ctx.ip }, input)),
    ),

  restore: procedureFor("assistant.manage")
    .input(z.strictObject({ ...Seen, version: Version }))
    .mutation(({ ctx, input }) =>
      ctx.inTenant((tx) => restoreSettings(tx, { memberId: ctx.caller.memberId, ip: ctx.ip }, input)),
    ),
});

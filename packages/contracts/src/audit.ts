import * as z from "zod";

/** Everything that the audit log tells of, past tense. An action that was recorded once keeps its name. */
export const AuditAction = z.enum([
  // Accounts; each tenant of the user has it.
  "user.signed_up",
  "user.signed_in",
  "user.sign_in_failed",
  // Signing in: all was right but the second factor, which comes next.
  "factor.asked",
  "user.signed_out",
  "user.locked",
  "user.unlocked",
  // Who is signed in has proved anew who they are.
  "identity.confirmed",
  "password.failed",
  "password.changed",
  "password.reset_requested",
  "password.reset",
  "email.verified",
  "email.change_requested",
  "email.changed",
  "profile.changed",
  "account.linked",
  "account.unlinked",
  "factor.enabled",
  "factor.disabled",
  "factor.failed",
  "factor.reset",
  "backup_codes.renewed",
  "device.trusted",
  "device.distrusted",
  "session.revoked",
  // The tenant and its members
  "workspace.created",
  "workspace.changed",
  "member.invited",
  "invitation.accepted",
  "invitation.revoked",
  "member.role_changed",
  "member.removed",
  "member.left",
  // Costs
  "budget.changed",
  // Keys
  "api_key.created",
  "api_key.rotated",
  "api_key.revoked",
  // The assistant
  "assistant.changed",
  "http_tool.added",
  "http_tool.changed",
  "http_tool.removed",
  // Models: whose they are, with which key; which of them answer, and at what price
  "model_provider.added",
  "model_provider.changed",
  "model_provider.removed",
  "models.changed",
  // Knowledge
  "source.created",
  "source.changed",
  "source.removed",
  "source.stopped",
  "document.added",
  "document.stopped",
  "document.removed",
  // Changes that are checked before they are published
  "changes.check_chosen",
  "document.removal_held",
  "source.removal_held",
  "document.removal_taken_back",
  "source.removal_taken_back",
  "changes.published",
  "changes.discarded",
  "embedder.chosen",
  "embedder.change_cancelled",
  // The log itself was taken away, as a file; `details` says how much of it.
  "audit.exported",
  // A caller with a credential asked for what it may not do; `details` has the error's code.
  "request.refused",
]);
export type AuditAction = z.infer<typeof AuditAction>;

/** `operator`: whoever runs the installation. `unknown`: somebody who has not proven to be anybody. */
export const AuditActorKind = z.enum(["member", "api_key", "contact", "assistant", "operator", "system", "unknown"]);
export type AuditActorKind = z.infer<typeof AuditActorKind>;

/** Ids, codes, names of roles and counts; never what people wrote. */
export const AuditDetails = z
  .record(z.string().regex(/^[a-z][a-zA-Z]{0,39}$/), z.union([z.string().max(200), z.number(), z.boolean(), z.null()]))
  .refine((details) => Object.keys(details).length <= 20, "must have 20 entries at most");
export type AuditDetails = z.infer<typeof AuditDetails>;

/** One entry. */
export type AuditEntry = {
  /** 1, 2, 3 … within the tenant, without holes. */
  seq: number;
  at: string;
  action: AuditAction;
  actor: { kind: AuditActorKind; id: string | null };
  target: { kind: string; id: string } | null;
  ip: string | null;
  details: AuditDetails;
  /** SHA-256, in hex, over the entry and the hash of the entry before it. */
  hash: string;
};

const Id = z.string().min(1).max(64);

/** Which entries: of this action, by this actor, about this target, from when and until when; `until` is left out itself. */
export const AuditFilter = z.strictObject({
  action: AuditAction.optional(),
  actorId: Id.optional(),
  targetId: Id.optional(),
  from: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

/** What POST /api/audit-log/export takes; it answers a file, newest entry first, one a line. */
export const AuditExport = AuditFilter.extend({ format: z.enum(["csv", "jsonl"]) });
export type AuditExport = z.infer<typeof AuditExport>;

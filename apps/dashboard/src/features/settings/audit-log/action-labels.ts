import type { AuditAction } from "@parley/contracts";

type Group = { name: string; actions: Partial<Record<AuditAction, string>> };

/** The actions that the log tells of, in the order in which they can be chosen. */
export const actionGroups = [
  {
    name: "Signing in",
    actions: {
      "user.signed_up": "Signed up",
      "user.signed_in": "Signed in",
      "user.sign_in_failed": "Failed to sign in",
      "factor.asked": "Second factor asked for",
      "user.signed_out": "Signed out",
      "user.locked": "Account locked",
      "user.unlocked": "Account unlocked",
      "session.revoked": "Device signed out",
      "account.linked": "Provider linked",
      "account.unlinked": "Provider unlinked",
    },
  },
  {
    name: "Accounts",
    actions: {
      "identity.confirmed": "Identity confirmed",
      "password.failed": "Wrong password at a confirmation",
      "password.changed": "Password changed",
      "password.reset_requested": "Password reset asked for",
      "password.reset": "Password reset",
      "email.verified": "E-mail address confirmed",
      "email.change_requested": "Another e-mail address asked for",
      "email.changed": "E-mail address changed",
      "profile.changed": "Profile changed",
      "factor.enabled": "Second factor turned on",
      "factor.disabled": "Second factor turned off",
      "factor.failed": "Wrong code of the second factor",
      "factor.reset": "Second factor taken away",
      "backup_codes.renewed": "New backup codes",
      "device.trusted": "Browser trusted",
      "device.distrusted": "Browser trusted no more",
    },
  },
  {
    name: "Workspace",
    actions: {
      "workspace.created": "Workspace created",
      "workspace.changed": "Workspace changed",
      "member.invited": "Member invited",
      "invitation.accepted": "Invitation accepted",
      "invitation.revoked": "Invitation revoked",
      "member.role_changed": "Role changed",
      "member.removed": "Member removed",
      "member.left": "Member left",
      "audit.exported": "Audit log exported",
    },
  },
  {
    name: "Keys, assistant and knowledge",
    actions: {
      "assistant.changed": "Assistant changed",
      "http_tool.added": "Tool added",
      "http_tool.changed": "Tool changed",
      "http_tool.removed": "Tool removed",
      "budget.changed": "Budget changed",
      "api_key.created": "API key created",
      "api_key.rotated": "API key rotated",
      "api_key.revoked": "API key revoked",
      "source.created": "Source added",
      "source.changed": "Source changed",
      "source.removed": "Source removed",
      "source.stopped": "Reading of a source stopped",
      "model_provider.added": "Model provider added",
      "model_provider.changed": "Model provider changed",
      "model_provider.removed": "Model provider removed",
      "models.changed": "Models changed",
      "document.added": "Document added",
      "document.stopped": "Reading of a document stopped",
      "document.removed": "Document removed",
      "changes.check_chosen": "Check of changes chosen",
      "document.removal_held": "Document's removal asked for",
      "source.removal_held": "Source's removal asked for",
      "document.removal_taken_back": "Document's removal taken back",
      "source.removal_taken_back": "Source's removal taken back",
      "changes.published": "Held changes published",
      "changes.discarded": "Held changes discarded",
      "embedder.chosen": "Embedder chosen",
      "embedder.change_cancelled": "Change of embedder cancelled",
      "request.refused": "Request refused",
    },
  },
] as const satisfies readonly Group[];

type Named = { [G in (typeof actionGroups)[number] as keyof G["actions"]]: string };
// Does not compile when an action has no label.
const labels: Record<AuditAction, string> = Object.assign({}, ...actionGroups.map(({ actions }) => actions)) as Named;

/** An action that a newer server knows is shown by its own name. */
export function labelOf(action: AuditAction): string {
  return labels[action] ?? action;
}

/** As the address of the page has it; undefined when it is none. */
export function parseAction(wanted: unknown): AuditAction | undefined {
  return typeof wanted === "string" && Object.hasOwn(labels, wanted) ? (wanted as AuditAction) : undefined;
}

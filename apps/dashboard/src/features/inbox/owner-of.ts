import type { Conversation, MemberId } from "@parley/contracts";

/** Who has a conversation, as a member sees it. */
export type Owner =
  | { kind: "assistant" | "waiting" | "me" | "snoozed" | "resolved" }
  | { kind: "colleague"; name: string; id: string };

export function ownerOf({ status, assignee }: Pick<Conversation, "status" | "assignee">, me: MemberId): Owner {
  if (status === "pending") return { kind: "assistant" };
  if (status === "resolved" || status === "snoozed") return { kind: status };
  if (!assignee) return { kind: "waiting" };
  return assignee.id === me ? { kind: "me" } : { kind: "colleague", name: assignee.name, id: assignee.id };
}

/** The owner in a few words. */
export function ownerLabel(owner: Owner): string {
  switch (owner.kind) {
    case "assistant":
      return "Assistant";
    case "waiting":
      return "Waiting for a person";
    case "me":
      return "You";
    case "colleague":
      return owner.name;
    case "snoozed":
      return "Snoozed";
    case "resolved":
      return "Resolved";
  }
}

export type OwnerAction = "takeOver" | "returnToAssistant" | "resolve";

/** What a member can do about the owner, the most likely first. */
export function actionsFor(owner: Owner): [OwnerAction, ...OwnerAction[]] {
  switch (owner.kind) {
    case "assistant":
      return ["takeOver", "resolve"];
    case "me":
      return ["resolve", "returnToAssistant"];
    case "waiting":
    case "colleague":
    case "snoozed":
      return ["takeOver", "returnToAssistant", "resolve"];
    case "resolved":
      return ["takeOver", "returnToAssistant"];
  }
}

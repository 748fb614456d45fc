import type { AuditEntry } from "@parley/contracts";

const actors: Record<AuditEntry["actor"]["kind"], string> = {
  member: "A former member",
  api_key: "An API key",
  contact: "A contact",
  assistant: "The assistant",
  operator: "The operator",
  system: "Parley",
  unknown: "Somebody",
};

/** Who did it, as far as it is known. */
export function describeActor({ actor, actorName }: Pick<AuditEntry, "actor"> & { actorName: string | null }): string {
  return actorName ?? actors[actor.kind];
}

/** What else is known of it, in one line; empty when nothing is. */
export function describeDetails({ details }: Pick<AuditEntry, "details">): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${inWords(name)}: ${value === true ? "yes" : value === false ? "no" : value}`)
    .join(" · ");
}

function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

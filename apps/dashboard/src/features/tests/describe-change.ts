import type { TestedChange } from "@parley/contracts";

/** What was changed before a run, in a few words. */
function describeChange(change: TestedChange): string {
  switch (change.kind) {
    case "document":
      return change.version === 1 ? `“${change.title}” is new` : `“${change.title}” is in version ${change.version}`;
    case "removed":
      return change.title === "" ? "A document was removed" : `“${change.title}” was removed`;
    case "settings":
      return `The assistant's settings are in version ${change.version}`;
    case "answerer":
      return `Answers come from ${change.name}`;
    case "embedder":
      return "Passages are found by another embedder";
  }
}

/** The changes in one line; the rest of many is counted. */
export function describeChanges(changes: readonly TestedChange[]): string {
  const told = changes.slice(0, 3).map(describeChange);
  const more = changes.length - told.length;
  return more > 0 ? `${told.join(" · ")} · and ${more} more` : told.join(" · ");
}

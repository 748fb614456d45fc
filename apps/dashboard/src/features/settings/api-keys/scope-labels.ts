import type { ApiKeyScope } from "@parley/contracts";

export const scopeLabels: Record<ApiKeyScope, { label: string; means: string }> = {
  "conversations:read": {
    label: "Read conversations",
    means: "All conversations of the workspace, with their messages",
  },
  "documents:read": { label: "Read documents", means: "All documents that the assistant answers from" },
  "documents:write": {
    label: "Send documents",
    means: "Documents of sources for programs: new ones, newer versions and removals",
  },
};

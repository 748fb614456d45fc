import type { DocumentId } from "@parley/contracts";
import { expect, test } from "vitest";
import { describeChanges } from "./describe-change.ts";

const documentId = "d" as DocumentId;

test("what was changed is told by name, and of many changes the first ones", () => {
  expect(describeChanges([])).toBe("");
  const changes = [
    { kind: "document", documentId, title: "Returns", version: 3 },
    { kind: "removed", title: "" },
    { kind: "settings", version: 2 },
    { kind: "document", documentId, title: "Shipping", version: 1 },
  ] as const;
  expect(describeChanges(changes)).toBe(
    "“Returns” is in version 3 · A document was removed · The assistant's settings are in version 2 · and 1 more",
  );
});

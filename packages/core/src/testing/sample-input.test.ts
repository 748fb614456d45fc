import { ConversationId, MemberId } from "@parley/contracts";
import { expect, test } from "vitest";
import * as z from "zod";
import { idsIn, sampleInput } from "./sample-input.ts";

// A proof that is made from schemas is as good as what it finds in them: an id that it passed over would be tried by nobody.

test("an id is found wherever it stands, also in what is optional", () => {
  const schema = z.strictObject({
    conversationId: ConversationId,
    to: MemberId.nullable(),
    memberIds: z.array(MemberId).optional(),
    filter: z.strictObject({ by: MemberId, words: z.string() }).optional(),
    words: z.string().optional(),
  });
  expect(idsIn(schema)).toEqual([
    { path: "conversationId", kind: "ConversationId" },
    { path: "to", kind: "MemberId" },
    { path: "memberIds", kind: "MemberId" },
    { path: "filter.by", kind: "MemberId" },
  ]);
  const id = "00000000-0000-4000-8000-000000000000";
  expect(sampleInput(schema, () => id)).toEqual({
    conversationId: id,
    to: id,
    memberIds: [id],
    filter: { by: id, words: "sample" },
  });
});

test.each([
  ["an id of no kind", z.strictObject({ otherId: z.string() })],
  [
    "a union",
    z.strictObject({ what: z.union([z.strictObject({ name: z.string() }), z.strictObject({ by: MemberId })]) }),
  ],
  ["a union that may be left out", z.strictObject({ what: z.union([z.literal("all"), MemberId]).optional() })],
])("%s fails the proof, rather than that nobody tries it", (_what, schema) => {
  expect(() => idsIn(schema)).toThrow("sample-input.ts");
});

import { expect, test } from "vitest";
import type { ToolResult } from "./call-http-tool.ts";
import { createToolbox } from "./toolbox.ts";

const never = new AbortController().signal;
const found: ToolResult = { outcome: "ok", text: "Sent on Monday.", durationMs: 1 };

test("what comes of a request that was given up is none of the next one's, until that asks for it", async () => {
  const answer = Promise.withResolvers<ToolResult>();
  const tool = { name: "find_order", description: "Finds an order", schema: {}, call: () => answer.promise };
  const toolbox = createToolbox([tool], 2);
  toolbox.begin();
  const late = toolbox.call("find_order", { order: "A1" }, never);
  toolbox.begin();
  answer.resolve(found);
  expect(await late).toContain("Sent on Monday.");
  // This one was told nothing of it, and can't cite it.
  expect([...toolbox.results]).toEqual([]);
  await toolbox.call("find_order", { order: "A1" }, never);
  expect([...toolbox.results]).toEqual([[2, "Sent on Monday."]]);
  expect(toolbox.calls).toHaveLength(1);
});

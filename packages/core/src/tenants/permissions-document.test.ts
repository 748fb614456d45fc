import { readFile } from "node:fs/promises";
import { Role } from "@parley/contracts";
import { expect, test } from "vitest";
import { may, type Permission, permissions } from "./permissions.ts";

const file = new URL("../../../../docs/members.md", import.meta.url);

/** What each permission is for, in the words of the page. */
const described: Record<Permission, string> = {
  "conversations.read": "read conversations, and the passages that answers cite",
  "conversations.answer": "take a conversation over, answer, give it back, resolve it",
  "knowledge.read": "read the documents that answers are made from",
  "knowledge.manage": "add, change and remove what answers are made from",
  "tests.manage": "pin questions as tests, say what is right, have them asked again",
  "runs.read": "see what an answer cost, and why it came out so",
  "assistant.read": "see what the assistant is called and told",
  "assistant.manage": "change it",
  "costs.read": "see what was spent on models, and what the budget does",
  "budget.manage": "set the budget",
  "models.manage": "see and change which models write answers, their keys and prices, and try them",
  "api_keys.manage": "see, make, replace and revoke API keys",
  "members.read": "see who is a member",
  "members.manage": "invite, change roles, remove; owners aside",
  "owners.manage": "make owners, change and remove them",
  "membership.leave": "leave",
  "workspace.rename": "give the workspace another name",
  "workspace.secure": "ask every member for a second factor",
  "realtime.listen": "be told at once of what changes",
  "audit.read": "read the audit log",
};

test("docs/members.md has the matrix of permissions as it is", async () => {
  const page = await readFile(file, "utf8");
  const rows = (Object.keys(permissions) as Permission[]).map((permission) => [
    `\`${permission}\``,
    described[permission],
    ...Role.options.map((role) => (may(role, permission) ? "✓" : "")),
  ]);
  const head = ["Permission", "To", ...Role.options];
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`);
  const place = /(<!-- permissions: .*? -->\n).*(<!-- \/permissions -->)/s;
  expect(page).toMatch(place);

  await expect(page.replace(place, (_, from, to) => from + lines.join("") + to)).toMatchFileSnapshot(file.pathname);
});

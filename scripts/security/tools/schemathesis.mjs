// What OpenAPI says of /v1, held against what /v1 does: requests as described, and requests that are not.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "../../commands.mjs";
import { cursorOf } from "./doors.mjs";
import { pythonTool } from "./install.mjs";
import { startWrongServer } from "./wrong-server.mjs";

/**
 * @param {{ apiUrl: string, apiKey: string, ids: Record<string, string>, log: () => { requests: number, faults: string[] } }} product
 * @returns {Promise<import("./results.mjs").Result[]>}
 */
export async function schemathesis(product) {
  const tool = await pythonTool("schemathesis");
  const missed = await attackWrongServer(tool);
  const control = missed.length === 0 ? "a wrong server's faults are found" : `not found: ${missed.join(", ")}`;

  const { apiUrl: url, apiKey, ids } = product;
  const there = { "path.conversationId": ids.ConversationId, "path.documentId": ids.DocumentId };
  const results = [];
  for (const { attacked, ...more } of [
    // Whether a cursor is one can't be described: the server makes them.
    { attacked: "/v1, as its OpenAPI describes it", examples: 100, without: "positive_data_acceptance" },
    {
      attacked: "the same, with ids and cursors that are there",
      examples: 50,
      parameters: there,
      operations: cursorsFor(ids),
    },
  ]) {
    product.log();
    const { ok, cases, output } = await attack(tool, { url, description: "/v1/openapi.json", apiKey, ...more });
    const { faults, requests } = product.log();
    const passed = ok && cases > 0 && requests > 0 && faults.length === 0 && missed.length === 0;
    results.push({
      tool: "schemathesis",
      attacked,
      work: `${cases} cases, ${requests} requests`,
      result: passed ? "passed" : "failed",
      control,
      details: passed ? [] : [...faults, output.replace(/^(.{300}).+$/gm, "$1 …").slice(-20_000)],
    });
  }
  return results;
}

/** @returns {Promise<string[]>} the faults of a wrong server that were not found */
async function attackWrongServer(tool) {
  const wrong = await startWrongServer();
  try {
    const { output } = await attack(tool, { url: wrong.url, description: "/openapi.json", examples: 30 });
    return wrong.faults.filter((fault) => !output.includes(fault));
  } finally {
    await wrong.stop();
  }
}

const cursorsFor = ({ ConversationId, DocumentId }) => ({
  listConversations: cursorOf(`2030-01-01T00:00:00.000000Z ${ConversationId}`),
  listMessages: cursorOf(0),
  listDocuments: cursorOf({ source: "", path: "", id: DocumentId }),
});

async function attack(
  { command, env },
  { url, description, apiKey, examples, without, parameters = {}, operations = {} },
) {
  const cwd = mkdtempSync(path.join(tmpdir(), "parley-schemathesis-")); // it keeps notes where it runs
  const settings = [
    "[parameters]",
    ...Object.entries(parameters).map(([name, value]) => `"${name}" = "${value}"`),
    ...Object.entries(operations).flatMap(([id, cursor]) => [
      "[[operations]]",
      `include-operation-id = "${id}"`,
      `parameters = { "query.cursor" = "${cursor}" }`,
    ]),
    // An address longer than the server reads is refused before its words are.
    "[checks.negative_data_rejection]",
    'expected-statuses = ["400", "401", "403", "404", "405", "431"]',
    "",
  ];
  writeFileSync(path.join(cwd, "schemathesis.toml"), settings.join("\n"));
  const args = [
    ...["run", url + description, "--url", url, "--no-color", "--seed=1", "--checks=all"],
    ...["--phases=examples,coverage,fuzzing,stateful", "--mode=all", `--max-examples=${examples}`],
    ...["--workers=2", "--request-timeout=20", "--generation-database=none", "--suppress-health-check=all"],
    ...(without ? ["--exclude-checks", without] : []),
    ...(apiKey ? ["--header", `Authorization: Bearer ${apiKey}`] : []),
  ];
  try {
    const { failure, output } = await run(command, args, { cwd, env: { ...env, HOME: cwd }, timeoutMs: 240_000 }).then(
      (output) => ({ output }),
      (failure) => ({ failure, output: `${failure.output}\n${failure.message}` }),
    );
    const [, cases = "0"] = /(\d+) generated/.exec(output) ?? [];
    return { ok: !failure, cases: Number(cases), output };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

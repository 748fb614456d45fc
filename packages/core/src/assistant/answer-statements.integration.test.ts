import { openDatabase } from "@parley/db";
import { runs } from "@parley/db/schema";
import { createTestDatabase } from "@parley/db/testing";
import { recordStatements } from "@parley/db/testing/record-statements";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createLogger } from "@parley/platform/log";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { startFakeProvider } from "../testing/fake-provider.ts";
import { createWordEmbedder } from "../testing/library.ts";
import { teach } from "../testing/teach.ts";
import { createWorld } from "../testing/world.ts";
import { answer } from "./answer.ts";
import { createModel } from "./models/model.ts";
import { watchTakeovers } from "./watch-takeovers.ts";
import { createWorkspaceModels } from "./workspace-models.ts";

const logger = createLogger({ level: "silent", format: "json" });

/** Of statements that go out together with another one, in the same round trip. */
const isOnTheWay = (text: string) => text.startsWith("select set_config(");

test("an answer asks the database for nothing twice before its model is asked, and for no more than it needs after that", async () => {
  const database = await createTestDatabase();
  const db = openDatabase({ connection: database.connection });
  const world = await createWorld(db);
  await using provider = await startFakeProvider();
  const eventLog = createInProcessEventLog({ logger });
  const { of: modelsOf, httpTools } = createWorkspaceModels({
    ...{ db, secret: "a secret of tests alone, 32 characters or more", fetch },
    installation: createModel({ baseUrl: provider.url, model: "fake-1", prices: { input: 1, output: 2 } }),
    quality: "best",
  });
  const embedder = createWordEmbedder();
  const limits = { timeoutMs: 20_000, idleTimeoutMs: 20_000, leaseMs: 60_000 };
  const toolsOf = httpTools.open;
  const deps = { db, eventLog, logger, embedder, takeovers: await watchTakeovers(eventLog), modelsOf, toolsOf, limits };
  const contact = await world.contact();
  const { tenantId } = contact;
  await teach(deps, tenantId, { "hours.md": "# Opening hours\n\nThe shop is open from nine to five on weekdays.\n" });
  const { id } = await contact.say("When is the shop open?");
  const [run] = await db.read(tenantId, (read) => read.select().from(runs).where(eq(runs.questionId, id)));
  if (!run) throw new Error("no run is due");

  const sent = recordStatements();
  let before: string[] = [];
  provider.enqueue({
    text() {
      before = sent.filter((text) => !isOnTheWay(text));
      return "The shop is open from nine to five [1].";
    },
  });
  expect(await answer(deps, { tenantId, runId: run.id }, new AbortController().signal)).toBe("answered");
  const after = sent.filter((text) => !isOnTheWay(text)).slice(before.length);

  // The claim is a transaction of four; the question, what the tenant has set, its models, two of the search, and the ledger's note.
  expect(new Set(before).size).toBe(before.length);
  expect(before.length).toBeLessThanOrEqual(10);
  expect(before.filter((text) => text === "begin")).toHaveLength(1);
  // One transaction, whose reply is priced.
  expect(after.filter((text) => text === "begin")).toHaveLength(1);
  expect(after.length).toBeLessThanOrEqual(21);

  await eventLog.close();
  await db.close();
  await database.drop();
});

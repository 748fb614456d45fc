import { expect, test } from "vitest";
import { sendScoped } from "./scoped-query.ts";
import { statementName } from "./statement-name.ts";
import { createTestDatabase, withClient } from "./testing/databases.ts";

test("what goes out in front of a kept statement is what this release says, whatever an earlier one put there", async () => {
  const database = await createTestDatabase();
  await withClient(database.adminConnection, async (client) => {
    const seen = { name: "parley_seen", text: "select current_setting('app.tenant_id') as tenant" };
    for (const tenant of ["one", "two", "one"]) {
      const text = `select set_config('app.tenant_id', '${tenant}', true)`;
      const prefix = { name: statementName(text), text };
      expect((await sendScoped(client, prefix, seen)).rows).toEqual([{ tenant }]);
    }
  });
  await database.drop();
});

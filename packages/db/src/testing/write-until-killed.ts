import { randomUUID } from "node:crypto";
import { TenantId } from "@parley/contracts";
import { openDatabase } from "../database.ts";
import { openEmbedded } from "../embedded/open-embedded.ts";
import { tenants } from "../schema/index.ts";

// A process of its own: it opens the folder that it is given and prints the id of each tenant that was stored.
const { connection, max } = await openEmbedded({ dataDir: String(process.argv[2]) });
const db = openDatabase({ connection, max });
for (;;) {
  const tenantId = TenantId.parse(randomUUID());
  await db.transaction(tenantId, (tx) => tx.insert(tenants).values({ slug: `t-${tenantId}`, name: "A tenant" }));
  process.stdout.write(`${tenantId}\n`);
}

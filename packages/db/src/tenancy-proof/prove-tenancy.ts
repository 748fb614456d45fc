import type pg from "pg";
import type { Proof } from "./proof.ts";
import { beginWithTwoTenants, proveIsolation } from "./prove-isolation.ts";
import { proveRoles, proveStructure } from "./prove-structure.ts";
import { readCatalogue } from "./read-catalogue.ts";

/**
 * Everything that keeps tenants apart in the database, tried out and looked up, for every table that the catalogue has. It leaves
 * nothing behind.
 *
 * @param admin a superuser's connection to a migrated database that serves nobody
 */
export async function proveTenancy(admin: pg.ClientBase): Promise<Proof[]> {
  const tables = await readCatalogue(admin);
  const proofs = await proveRoles(admin);
  await beginWithTwoTenants(admin);
  try {
    for (const table of await readCatalogue(admin)) proofs.push(...proveStructure(table)); // with the partitions that were made just now
    for (const table of tables) {
      if (table.hasTenant) proofs.push(...(await proveIsolation(admin, table.name)));
    }
  } finally {
    await admin.query("ROLLBACK");
  }
  return proofs;
}

import { createSharedDatabases, sharedDatabase } from "./databases.ts";

/** Vitest's global setup: one migrated database for all tests of a run, and a template of it; dropped at the end. */
export default async function createDatabases(): Promise<() => Promise<void>> {
  const { name, template, drop } = await createSharedDatabases();
  Object.assign(process.env, { [sharedDatabase.name]: name, [sharedDatabase.template]: template });
  return drop;
}

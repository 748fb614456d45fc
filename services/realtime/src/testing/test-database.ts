import { createTestDatabase } from "@parley/db/testing";
import { afterAll } from "vitest";

/** The test file's own: a relay of another test's would empty the outbox of a shared one. */
export const database = await createTestDatabase();
afterAll(() => database.drop());

/** As a service is told where it is. */
export function databaseUrl(): string {
  const { host, port, database: name, user, password } = database.connection;
  const url = new URL(`postgresql://localhost:${port}/${name}`);
  url.hostname = String(host);
  url.username = String(user);
  url.password = String(password ?? "");
  return url.href;
}

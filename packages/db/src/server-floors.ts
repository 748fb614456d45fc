import type { MigrationClient } from "./migrate.ts";

/**
 * The oldest release of each line of PostgreSQL on which row-level security holds: older ones show in their statistics what it hides
 * (CVE-2025-8713). scripts/checks/version-floors.json has the same, beside the floors of what the lockfile names.
 */
export const serverFloors = ["16.10", "17.6", "18.0"] as const;

/** The database server is too old to keep tenants apart. */
export class ServerTooOld extends Error {
  override readonly name = "ServerTooOld";
}

/** @throws ServerTooOld with what to do about it */
export async function refuseOldServer(client: MigrationClient): Promise<void> {
  const { rows } = await client.query(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as name",
  );
  const [{ number, name }] = rows as [{ number: number; name: string }];
  const floors = serverFloors.map(numberOf);
  const lineOf = (version: number) => Math.floor(version / 10_000);
  const floor = floors.find((known) => lineOf(known) === lineOf(number)) ?? Math.max(...floors);
  if (number >= floor) return;
  throw new ServerTooOld(
    `PostgreSQL ${name} is too old: its statistics show what row-level security hides (CVE-2025-8713). ` +
      `Update the server to ${serverFloors.join(", ")} or newer, then migrate again.`,
  );
}

/** As `server_version_num` has it: 160010 is 16.10. */
function numberOf(version: string): number {
  const [line = 0, release = 0] = version.split(".").map(Number);
  return line * 10_000 + release;
}

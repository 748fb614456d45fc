import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync } from "node:fs";
import { cp, mkdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { TenantId } from "@parley/contracts";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openDatabase } from "../database.ts";
import { tenants } from "../schema/index.ts";
import { withClient } from "../testing/databases.ts";
import { openEmbedded } from "./open-embedded.ts";

// Each test opens a database in WebAssembly at least once, and some make one: seconds of work for a processor that does nothing else.
describe("the embedded database", { timeout: 180_000 }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "parley-test-"));
  const made = path.join(folder, "made");
  let dataDir: string;
  beforeAll(async () => {
    const embedded = await openEmbedded({ dataDir: made });
    await embedded.close();
  }, 180_000);
  beforeEach(() => {
    dataDir = path.join(folder, randomUUID());
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** A database that is there already is a copy of one that was made once: making one takes seconds. */
  const copyMade = () => cp(made, dataDir, { recursive: true });

  async function open(onLost?: (error: Error) => void) {
    const embedded = await openEmbedded({ dataDir, onLost });
    const db = openDatabase({ ...embedded, connectionTimeoutMs: 10_000 });
    const close = async () => {
      await db.close();
      await embedded.close();
    };
    const addTenant = async () => {
      const tenantId = TenantId.parse(randomUUID());
      await db.transaction(tenantId, (tx) => tx.insert(tenants).values({ slug: `t-${tenantId}`, name: "A tenant" }));
      return tenantId;
    };
    const listTenants = async () => {
      const rows = await db.read("system", (read) => read.select({ tenantId: tenants.tenantId }).from(tenants));
      return rows.map(({ tenantId }) => tenantId);
    };
    return { ...embedded, db, close, addTenant, listTenants };
  }

  test("keeps what it was given when it is closed and opened again", async () => {
    const first = await open(); // the folder is not there yet
    const tenantId = await first.addTenant();
    await first.close();
    const second = await open();
    expect(await second.listTenants()).toEqual([tenantId]);
    await second.close();
  });

  test("is reached as the unprivileged login alone, after a reconnect too", async () => {
    await copyMade();
    const { connection, close } = await open();
    for (const _ of [1, 2]) {
      const { rows } = await withClient(connection, (client) =>
        client.query(`select session_user::text as login, current_user::text as role, rolsuper, rolbypassrls
          from pg_roles where rolname = session_user`),
      );
      expect(rows).toEqual([{ login: "door", role: "door", rolsuper: false, rolbypassrls: false }]);
    }
    await close();
  });

  test("listens on a socket that nobody else's processes can reach, and leaves nothing of it behind", async () => {
    await copyMade();
    const { connection, close } = await open();
    const socketDir = String(connection.host);
    expect((await stat(socketDir)).mode & 0o077).toBe(0);
    await close();
    expect(existsSync(socketDir)).toBe(false);
  });

  test("rolls back what a connection that breaks leaves open", async () => {
    await copyMade();
    const { db, connection, addTenant, listTenants, close } = await open();
    await addTenant();
    await withClient(connection, async (client) => {
      await client.query("begin");
      await client.query("set local role system");
      await client.query("create table pgboss.unfinished (n int)");
    });
    expect(await listTenants()).toHaveLength(1);
    await expect(db.executeSql("system")("select * from pgboss.unfinished")).rejects.toMatchObject({ code: "42P01" });
    await close();
  });

  test("loses nothing that was acknowledged when its process is killed", async () => {
    await copyMade();
    const script = fileURLToPath(new URL("../testing/write-until-killed.ts", import.meta.url));
    const stored: string[] = [];
    for (let round = 1; round <= 2; round += 1) {
      const child = spawn(process.execPath, [script, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (output.split("\n").length > 50) child.kill("SIGKILL");
      });
      await once(child, "close");
      stored.push(...output.split("\n").slice(0, -1));
    }
    expect(stored.length).toBeGreaterThanOrEqual(100);
    const { listTenants, close } = await open();
    expect(await listTenants()).toEqual(expect.arrayContaining(stored));
    await close();
  });

  test("begins anew where it was interrupted while it was made", async () => {
    await mkdir(`${dataDir}.new`, { recursive: true });
    await writeFile(path.join(`${dataDir}.new`, "PG_VERSION"), "18\n");
    await mkdir(dataDir);
    const { db, close } = await open();
    await expect(db.ping()).resolves.toBeUndefined();
    await close();
    expect(existsSync(`${dataDir}.new`)).toBe(false);
  });

  describe("refuses a folder that is damaged", () => {
    const damages: Record<string, () => Promise<unknown>> = {
      "not a database": () =>
        writeFile(path.join(dataDir, "holiday.jpg"), "a picture").then(() => rm(at("PG_VERSION"))),
      "of another version": () => writeFile(at("PG_VERSION"), "9.6\n"),
      "without its control file": () => rm(at("global/pg_control")),
      "with half a control file": () => truncate(at("global/pg_control"), 100),
      "without its catalogue": () => rm(at("base"), { recursive: true }),
      "without its log": () => rm(at("pg_wal"), { recursive: true }),
    };
    const at = (name: string) => path.join(dataDir, name);

    test.each(Object.keys(damages))("%s", async (damage) => {
      await copyMade();
      await damages[damage]?.();
      await expect(open()).rejects.toMatchObject({ code: "database.damaged" });
    });
  });

  test("says so when its thread dies, and whoever waits for an answer gets an error", async () => {
    await copyMade();
    const threads: Worker[] = [];
    const remember = (thread: Worker) => void threads.push(thread);
    process.on("worker", remember);
    const onLost = vi.fn();
    const { db, close } = await open(onLost).finally(() => process.off("worker", remember));
    const waiting = db.executeSql("system")("select sum(a) from generate_series(1, 100000000) a");
    const failed = expect(waiting).rejects.toThrow();

    await threads.at(-1)?.terminate();

    await failed;
    await expect(db.ping()).rejects.toThrow();
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledOnce());
    await close();
  });

  test("does not report the end that was asked for", async () => {
    await copyMade();
    const onLost = vi.fn();
    const { close } = await open(onLost);
    await close();
    expect(onLost).not.toHaveBeenCalled();
  });
});

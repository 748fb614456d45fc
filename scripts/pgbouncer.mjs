// Where the tests' PgBouncer comes from, without root. Runs on Node 20, before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Before this one, transaction mode knew nothing of the protocol's prepared statements. */
const oldest = [1, 21];

const otherwise =
  "Install PgBouncer 1.21 or later (`apt-get install pgbouncer`, `brew install pgbouncer`), or set PGBOUNCER_URL to one in " +
  "transaction mode that stands before the server of DATABASE_URL.";

/** Debian's own build, and all that it loads. */
const release = "trixie";
const packages = [
  ...[
    "pgbouncer",
    "libevent-2.1-7t64",
    "libcares2",
    "libssl3t64",
    "libpam0g",
    "libsystemd0",
    "libaudit1",
    "libcap-ng0",
  ],
  ...["libcap2", "libgcc-s1", "zlib1g", "libzstd1", "libc6"],
];
const loaders = {
  x64: "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
  arm64: "usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1",
};

/**
 * The machine's own PgBouncer when it is new enough, else Debian's packages, unpacked into `cache` and started by their own loader:
 * nothing on the machine changes.
 *
 * @param {string} cache
 * @returns {{ folder: string | undefined, commandIn: (folder: string | undefined) => string[] }}
 *   what has to be in reach, if anything, and how PgBouncer is started there
 * @throws when there is none to be had, with what would help
 */
export function findPgbouncer(cache) {
  for (const program of ["pgbouncer", "/usr/sbin/pgbouncer"]) {
    if (isNewEnough([program])) return { folder: undefined, commandIn: () => [program] };
  }
  const loader = process.platform === "linux" ? loaders[process.arch] : undefined;
  if (!loader) throw new Error(`There is no PgBouncer here that the tests could use. ${otherwise}`);
  const commandIn = (folder) => {
    const inside = (file) => path.join(folder, file);
    return [inside(loader), "--library-path", inside(path.dirname(loader)), inside("usr/sbin/pgbouncer")];
  };
  return { folder: unpack(cache, (folder) => isNewEnough(commandIn(folder))), commandIn };
}

function isNewEnough([program, ...args]) {
  const { stdout } = spawnSync(program, [...args, "--version"], { encoding: "utf8" });
  const [, major, minor] = /^PgBouncer (\d+)\.(\d+)/m.exec(stdout ?? "") ?? [];
  return (
    major !== undefined && (Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]))
  );
}

/** Debian's packages in a folder of the cache, fetched and checked by apt with lists of its own when they are not there yet. */
function unpack(cache, works) {
  const target = path.join(cache, `pgbouncer-${release}`);
  if (existsSync(target)) return target;
  const mirror = findMirror();
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(path.join(cache, "unfinished-"));
  try {
    const inside = (...names) => path.join(unfinished, ...names);
    for (const folder of ["state/lists/partial", "cache/archives/partial", "packages"]) {
      mkdirSync(inside(folder), { recursive: true });
    }
    const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    writeFileSync(inside("sources.list"), `deb [signed-by=${keyring}] ${mirror} ${release} main\n`);
    const options = {
      "Dir::State": inside("state"),
      "Dir::State::status": "/dev/null",
      "Dir::Cache": inside("cache"),
      "Dir::Etc::sourcelist": inside("sources.list"),
      "Dir::Etc::sourceparts": "/dev/null",
      "APT::Sandbox::User": "",
      "Acquire::Languages": "none",
      "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
      "Acquire::Retries": "3",
    };
    const apt = (...args) => {
      const own = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
      runOrThrow("apt-get", [...own, "-q", ...args], inside("packages"));
    };
    apt("update");
    apt("download", ...packages);
    for (const file of readdirSync(inside("packages"))) {
      runOrThrow("dpkg-deb", ["-x", file, inside("root")], inside("packages"));
    }
    if (!works(inside("root"))) throw new Error(`Debian's PgBouncer does not run on this machine. ${otherwise}`);
    try {
      renameSync(inside("root"), target);
    } catch (error) {
      if (!existsSync(target)) throw error; // else another process was faster with the same
    }
    return target;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** The archive that this machine's own apt is configured with. */
function findMirror() {
  const { stdout } = spawnSync("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"], {
    encoding: "utf8",
  });
  const mirror = (stdout ?? "").split("\n").find((uri) => /\/debian\/?$/.test(uri));
  if (!mirror) throw new Error(`There is neither PgBouncer here nor an apt that knows Debian's archive. ${otherwise}`);
  return mirror;
}

function runOrThrow(command, args, cwd) {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} could not fetch PgBouncer. ${otherwise}\n${error ?? stderr}`);
}

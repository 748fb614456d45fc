import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

/** The process and all that it started, by their ids. Linux only. */
async function processTree(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    // The name in brackets may hold anything: the fields begin after the last bracket.
    const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (parent) parents.set(Number(entry), Number(parent));
  }
  const tree = [pid];
  for (const id of tree) tree.push(...[...parents].filter(([, parent]) => parent === id).map(([child]) => child));
  return tree;
}

/** Those of the process and all that it started whose command line holds `name`, by their ids. */
export async function findProcesses(pid: number, name: string): Promise<number[]> {
  const found: number[] = [];
  for (const id of await processTree(pid)) {
    const commandLine = await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "");
    if (commandLine.includes(name)) found.push(id);
  }
  return found;
}

/** The memory of the process and all that it started, in MB: shared pages are counted once (Pss). */
export async function memoryMb(pid: number): Promise<number> {
  let kilobytes = 0;
  for (const id of await processTree(pid)) {
    const rollup = await readFile(`/proc/${id}/smaps_rollup`, "utf8").catch(() => "");
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }
  return Math.round(kilobytes / 1024);
}

const ticksPerSecond = 100;

/** The processor time that the process and all that it started have taken, in milliseconds; counted in hundredths of a second. */
export async function processorMs(pid: number): Promise<number> {
  let ticks = 0;
  for (const id of await processTree(pid)) {
    const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // In user mode and in the kernel: the 14th and 15th field, of which the first two are cut off here.
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return (ticks * 1_000) / ticksPerSecond;
}

/** Follows the memory of a process tree. @returns stops it and says the highest that was seen, in MB */
export function watchMemory(pid: number, everyMs = 100): () => number {
  let peak = 0;
  let watching = true;
  const watch = async () => {
    while (watching) {
      peak = Math.max(peak, await memoryMb(pid));
      await wait(everyMs);
    }
  };
  void watch();
  return () => {
    watching = false;
    return peak;
  };
}

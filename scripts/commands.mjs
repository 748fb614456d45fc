// Runs other programs, and ends them with this one. Runs on Node 20, before anything is installed.
import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Something that a person can mend: one sentence that says how, and what the command that failed has printed. */
export class Failure extends Error {
  name = "Failure";

  constructor(message, { output = "", exitCode = 1 } = {}) {
    super(message);
    this.output = output;
    this.exitCode = exitCode;
  }
}

/** How much of a command's output is kept, in UTF-16 code units: its end. */
const keptOutput = 1_000_000;

const running = new Set();
let foreground;
let stoppedBy;

/** True once this process was told to stop. */
export const isStopping = () => stoppedBy !== undefined;

/**
 * Runs a command and keeps its output to itself, unless `onOutput` asks for it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onOutput?: (text: string) => void, timeoutMs?: number }} [options]
 * @returns {Promise<string>} what it printed
 * @throws {Failure} with its output when it can't be started, takes longer than `timeoutMs`, or ends with anything but 0
 */
export function run(command, args, { onOutput, timeoutMs, ...options } = {}) {
  return new Promise((resolve, reject) => {
    if (isStopping()) throw new Failure("Stopped.");
    // A process group of its own: it can be ended with all that it started, and Ctrl-C reaches this process alone.
    const child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    let output = "";
    const keep = (text) => {
      output = (output + text).slice(-keptOutput);
      onOutput?.(text);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    const name = [command.split("/").pop(), ...args].join(" ");
    let isLate = false;
    const tooLong =
      timeoutMs &&
      setTimeout(() => {
        isLate = true;
        end(child, "SIGKILL");
      }, timeoutMs);
    child.once("error", (error) => {
      clearTimeout(tooLong);
      running.delete(child);
      reject(new Failure(`\`${name}\` could not be started: ${error.message}`, { output }));
    });
    child.once("close", (code, signal) => {
      clearTimeout(tooLong);
      running.delete(child);
      if (code === 0) resolve(output);
      else if (isLate) reject(new Failure(`\`${name}\` took longer than ${timeoutMs / 1_000} s.`, { output }));
      else reject(new Failure(`\`${name}\` failed (${signal ?? `exit code ${code}`}).`, { output }));
    });
  });
}

/**
 * Runs a command in this one's place: it has the terminal, and is told of SIGINT, SIGTERM and SIGHUP once.
 * npm sends on to us what the terminal has sent already; a signal that comes later is passed on: somebody is in a hurry.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code
 */
export function runInForeground(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    if (isStopping()) throw new Failure("Stopped.");
    const child = spawn(command, args, { ...options, detached: true, stdio: "inherit" });
    let toldAt = -Infinity;
    foreground = (signal) => {
      if (performance.now() - toldAt < 1_000) return;
      toldAt = performance.now();
      child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
    };
    child.once("error", (error) => reject(new Failure(`\`${command}\` could not be started: ${error.message}`)));
    child.once("exit", (code, signal) => {
      foreground = undefined;
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

/** Ends the commands that still run, and what they have started. */
export function endCommands(signal = "SIGTERM") {
  for (const child of running) end(child, signal);
}

function end(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error; // it has ended by itself
  }
}

/**
 * Does a script's work, tells a failure in plain words, and ends what is running when the script is told to stop.
 *
 * @param {() => Promise<number | void>} work resolves with the exit code
 */
export async function main(work) {
  const stop = (signal) => {
    if (foreground) return foreground(signal);
    if (isStopping()) return;
    stoppedBy = signal;
    endCommands();
    setTimeout(endCommands, 10_000, "SIGKILL").unref();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, stop);
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    const known = error instanceof Failure;
    process.exitCode = known ? error.exitCode : 1;
    if (!isStopping()) {
      const output = known ? error.output.trim() : "";
      process.stderr.write(`${output && `\n${output}\n`}\n${known ? error.message : error.stack}\n`);
    }
  } finally {
    endCommands();
    while (running.size > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    for (const signal of signals) process.off(signal, stop);
    if (stoppedBy) process.exitCode = 128 + constants.signals[stoppedBy];
  }
}

// Says what happens while it happens: a line a step, with the seconds that it took. Runs on Node 20, before anything is installed.
import { endCommands, isStopping } from "./commands.mjs";

let out = process.stdout;
const terminal = () => out.isTTY === true;
const colour = (code, text) => (terminal() && !process.env.NO_COLOR ? `\x1b[${code}m${text}\x1b[0m` : text);

/** For a script whose output somebody may read by program: what it does besides is told on the other stream. */
export function reportOnStderr() {
  out = process.stderr;
}

const running = new Set();
let spinner;
/** What was ended because something else failed is not reported as a failure of its own. */
let failed = false;

/**
 * Runs `work` as one step.
 *
 * @template T
 * @param {string} what what is being done
 * @param {() => Promise<T>} work when it resolves with a string, the line says that instead of `what`
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const started = performance.now();
  const report = (mark, text) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    clearStatus();
    out.write(`  ${mark} ${text.padEnd(52)} ${`${seconds} s`.padStart(7)}\n`);
  };
  running.add(what);
  showStatus();
  try {
    const result = await work();
    report(colour(32, "✓"), typeof result === "string" ? result : what);
    return result;
  } catch (error) {
    if (isStopping()) clearStatus();
    else if (!failed) report(colour(31, "✗"), what);
    failed = true;
    throw error;
  } finally {
    running.delete(what);
    showStatus();
  }
}

/**
 * Runs steps, `width` at once; the first that fails ends the others.
 *
 * @param {{ what: string, work: () => Promise<unknown> }[]} steps
 * @param {number} width
 */
export async function inParallel(steps, width) {
  const waiting = [...steps];
  const errors = [];
  const worker = async () => {
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) await step(next.what, next.work);
    } catch (error) {
      errors.push(error);
      waiting.length = 0;
      endCommands();
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  if (errors.length > 0) throw errors[0];
}

/** On a terminal, a last line that says what is running now. */
function showStatus() {
  if (!terminal()) return;
  if (running.size === 0) {
    clearInterval(spinner);
    spinner = undefined;
    return;
  }
  let frame = 0;
  spinner ??= setInterval(() => {
    const text = `  ${"⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[frame++ % 10]} ${[...running].join(", ")}`;
    out.write(`\r\x1b[2K${text.slice(0, (out.columns ?? 80) - 1)}`);
  }, 80);
}

function clearStatus() {
  if (terminal()) out.write("\r\x1b[2K");
}

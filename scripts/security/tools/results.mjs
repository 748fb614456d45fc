/**
 * @typedef {object} Result
 * @property {string} tool
 * @property {string} attacked
 * @property {string} work what was tried, and how much of it
 * @property {"passed" | "failed" | "pending"} result pending: it could not be tried
 * @property {string} control what shows that a fault would have been found
 * @property {string[]} details for people: what was found
 */

/** @param {Result[]} results */
export function table(results) {
  const columns = ["tool", "attacked", "work", "result", "control"];
  const rows = [columns, ...results.map((result) => columns.map((column) => result[column]))];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index]))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

/** @param {Result[]} results */
export function summary(results) {
  const count = (wanted) => results.filter(({ result }) => result === wanted).length;
  return `${count("passed")} passed, ${count("failed")} failed, ${count("pending")} pending`;
}

/** Nothing may fail; and where nothing could be tried, nothing was shown. @param {Pick<Result, "result">[]} results */
export function exitCode(results) {
  const has = (wanted) => results.some(({ result }) => result === wanted);
  return has("failed") || !has("passed") ? 1 : 0;
}

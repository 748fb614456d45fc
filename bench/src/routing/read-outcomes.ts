import { readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { parse } from "csv-parse/sync";

/** A prompt, and which of the two models answered it rightly. */
export type Outcome = {
  promptId: string;
  benchmark: string;
  subject: string;
  prompt: string;
  small: boolean;
  large: boolean;
};

const columns = ["prompt_id", "benchmark", "subject", "prompt", "small_correct", "large_correct"] as const;
const mostBytes = 256 * 1024 ** 2;
/** UTF-16 code units. The embedder reads the first few hundred words. */
const longestPrompt = 1_000_000;

/** What is wrong with a file of outcomes, for whoever named it. */
export class BadOutcomes extends Error {
  override readonly name = "BadOutcomes";
}

/**
 * Reads outcomes from a CSV file with a header line, gzipped or not; bench/data/README.md tells its columns. Further columns are left out.
 *
 * @throws BadOutcomes when it can't be read, lacks a column or has no rows, or a row holds no outcome; with the line
 */
export async function readOutcomes(file: string): Promise<Outcome[]> {
  const text = await readText(file);
  const records = readRecords(text, file);
  const [header, ...rows] = records;
  if (!header) throw new BadOutcomes(`${file} is empty`);
  const missing = columns.filter((column) => !header.record.includes(column));
  if (missing.length > 0) throw new BadOutcomes(`${file} has no column ${missing.join(", ")}`);
  if (rows.length === 0) throw new BadOutcomes(`${file} has a header and no rows`);

  const places = new Map(columns.map((column) => [column, header.record.indexOf(column)]));
  return rows.map(({ record, info }) => {
    const cell = (column: (typeof columns)[number]) => record[places.get(column) ?? -1] ?? "";
    const right = (column: "small_correct" | "large_correct") => {
      const value = cell(column);
      if (value !== "0" && value !== "1")
        throw new BadOutcomes(`${file}, line ${info.lines}: ${column} is ${JSON.stringify(value)}, not 0 or 1`);
      return value === "1";
    };
    const prompt = cell("prompt");
    if (prompt.trim() === "") throw new BadOutcomes(`${file}, line ${info.lines}: the prompt is empty`);
    if (prompt.length > longestPrompt) throw new BadOutcomes(`${file}, line ${info.lines}: the prompt is too long`);
    return {
      promptId: cell("prompt_id"),
      benchmark: cell("benchmark"),
      subject: cell("subject"),
      prompt,
      small: right("small_correct"),
      large: right("large_correct"),
    };
  });
}

function readRecords(text: string, file: string): { record: string[]; info: { lines: number } }[] {
  try {
    return parse(text, { bom: true, info: true, skip_empty_lines: true }) as unknown as ReturnType<typeof readRecords>;
  } catch (error) {
    throw new BadOutcomes(`${file} is no CSV: ${error instanceof Error ? error.message : error}`);
  }
}

async function readText(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > mostBytes) throw new BadOutcomes(`${file} is larger than 256 MB`);
    const bytes = await readFile(file);
    const plain = file.endsWith(".gz") ? await promisify(gunzip)(bytes, { maxOutputLength: mostBytes }) : bytes;
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch (error) {
    if (error instanceof BadOutcomes) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new BadOutcomes(`${file} is not there`);
    throw new BadOutcomes(`${file} can't be read: ${error instanceof Error ? error.message : error}`);
  }
}

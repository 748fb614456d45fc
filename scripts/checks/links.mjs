// Every link of a document that leads to a file of ours leads to one that is there.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const documents = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  encoding: "utf8",
})
  .trim()
  .split("\n")
  .filter((file) => existsSync(file));
const problems = [];
let links = 0;
for (const document of documents) {
  const prose = readFileSync(document, "utf8").replace(/^```[\s\S]*?^```/gm, "");
  for (const [, target] of prose.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    links += 1;
    if (!existsSync(path.join(path.dirname(document), target))) problems.push(`${document}: ${target} is not there`);
  }
}

for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${documents.length} documents, ${links} links, ${problems.length} problems\n`);
process.exitCode = problems.length > 0 || links === 0 ? 1 : 0;

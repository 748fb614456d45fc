import { CommandLine } from "../../components/command-line.tsx";
import { useMember } from "../../session/session.ts";

/** What the command calls a source that it is told no name for. */
const usualSource = "Files";

/** As one word of a shell. */
const quote = (name: string) => `'${name.replaceAll("'", "'\\''")}'`;

/** The command that adds documents, to be copied. @param source the one that they are added to */
export function IngestCommand({ source }: { source?: string }) {
  const { tenant } = useMember();
  const named = source && source !== usualSource ? ` --source ${quote(source)}` : "";
  return <CommandLine command={`./pnpm parley ingest --tenant ${tenant.slug}${named} PATH…`} />;
}

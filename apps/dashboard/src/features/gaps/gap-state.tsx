import type { GapState } from "@parley/contracts";
import { classNames } from "../../components/class-names.ts";
import type { GapDetail } from "./use-gaps.ts";

const looks: Record<GapState, { label: string; look: string }> = {
  open: { label: "Open", look: "bg-warn-soft text-warn" },
  drafted: { label: "Drafted", look: "bg-accent-soft text-accent-ink" },
  closed: { label: "Closed", look: "bg-good-soft text-good" },
  ignored: { label: "Ignored", look: "bg-sunken text-ink-soft" },
};

/** What became of a published article, said of it. */
export const articleWords: Record<NonNullable<GapDetail["article"]>, string> = {
  reading: "is being read in",
  held: "waits to be published, under Tests, Changes",
  ready: "is answered from",
  failed: "could not be read in: nothing new is answered from it",
  removed: "was removed from the knowledge",
};

export function GapStateTag({ state }: { state: GapState }) {
  const { label, look } = looks[state];
  return <span className={classNames("rounded-full px-2.5 py-1 text-xs font-medium", look)}>{label}</span>;
}

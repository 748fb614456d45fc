/**
 * What each setting saved in `bench:saving` on SQuAD and on StackFAQ, against always asking the large model, in parts of a hundred: as
 * docs/benchmarks.md has it.
 */
export const measuredSavings = { economical: [99, 99], balanced: [79, 36] } as const;

/** One statement about who reaches what, and whether it holds. */
export type Proof = { name: string; passed: boolean };

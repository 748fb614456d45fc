import { randomInt } from "node:crypto";

const count = 10;
// Without what looks alike. 32 signs: a code of 16 has 80 bits.
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** Ten codes, each of 80 bits, in groups of four: ABCD-EFGH-JKLM-NPQR. */
export function newBackupCodes(): string[] {
  const group = () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return Array.from({ length: count }, () => [group(), group(), group(), group()].join("-"));
}

/** The code however somebody writes it down. */
export const plainCode = (code: string): string => code.replace(/[\s-]/g, "").toUpperCase();

/** `Page 3`, `Pages 3–4`. */
export const pagePhrase = ({ first, last }: { first: number; last: number }): string =>
  first === last ? `Page ${first}` : `Pages ${first}–${last}`;

/** A vector as pgvector reads it, with as many digits as a search can tell apart. */
export function toVectorText(vector: Float32Array): string {
  return `[${Array.from(vector, (value) => value.toFixed(7)).join(",")}]`;
}

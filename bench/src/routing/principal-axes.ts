/**
 * The directions in which vectors differ most, by orthogonal iteration from fixed starting directions: the same vectors have the same axes.
 *
 * @returns `directions` holds `axes` rows of unit length, the widest first
 */
export function principalAxes(vectors: readonly Float32Array[], axes: number) {
  const size = vectors[0]?.length ?? 0;
  const mean = new Float64Array(size);
  for (const vector of vectors)
    for (let i = 0; i < size; i += 1) (mean[i] as number) += (vector[i] as number) / vectors.length;
  const spread = new Float64Array(size * size);
  for (const vector of vectors)
    for (let i = 0; i < size; i += 1) {
      const off = (vector[i] as number) - (mean[i] as number);
      for (let j = 0; j < size; j += 1)
        (spread[i * size + j] as number) += off * ((vector[j] as number) - (mean[j] as number));
    }

  let rows: Float64Array[] = Array.from({ length: axes }, (_, axis) =>
    Float64Array.from({ length: size }, (_, i) => Math.cos((axis + 1) * (i + 0.5) * (Math.PI / size))),
  );
  for (let round = 0; round < 100; round += 1) rows = orthonormal(rows.map((row) => times(spread, row)));
  return { mean: Float32Array.from(mean), directions: Float32Array.from(rows.flatMap((row) => [...row])) };
}

const times = (matrix: Float64Array, vector: Float64Array) =>
  vector.map((_, i) => dot(matrix.subarray(i * vector.length, (i + 1) * vector.length), vector));

/** Gram and Schmidt's: each row is freed of what the rows before it hold, and made one long. */
function orthonormal(rows: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const row of rows) {
    const rest = Float64Array.from(row);
    for (const known of done) {
      const shared = dot(rest, known);
      for (let i = 0; i < rest.length; i += 1) (rest[i] as number) -= shared * (known[i] as number);
    }
    const length = Math.sqrt(dot(rest, rest));
    done.push(rest.map((part) => (length > 1e-12 ? part / length : 0)));
  }
  return done;
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i += 1) sum += (one[i] as number) * (other[i] as number);
  return sum;
}

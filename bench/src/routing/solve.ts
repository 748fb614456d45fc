/** A symmetric matrix, its rows one behind the other; only what lies on and below the diagonal counts. */
export type Symmetric = { size: number; cells: Float64Array };

const tile = 48;

/** The sum over all rows of `row · rowᵀ`. @param rows one behind the other, each `size` long */
export function gram(rows: Float64Array, size: number): Symmetric {
  const cells = new Float64Array(size * size);
  const many = rows.length / size;
  // In tiles, so that what is summed up stays in the processor's cache.
  for (let top = 0; top < size; top += tile)
    for (let left = 0; left <= top; left += tile) {
      const bottom = Math.min(size, top + tile);
      for (let row = 0; row < many; row += 1) {
        const at = row * size;
        for (let i = top; i < bottom; i += 1) {
          const value = rows[at + i] as number;
          const right = Math.min(left + tile, i + 1);
          for (let j = left; j < right; j += 1) (cells[i * size + j] as number) += value * (rows[at + j] as number);
        }
      }
    }
  return { size, cells };
}

/**
 * Solves `matrix · x = side` for each of the sides, by Cholesky's decomposition.
 *
 * @param matrix positive definite; it is overwritten
 * @throws when it isn't positive definite
 */
export function solve({ size, cells }: Symmetric, sides: readonly Float64Array[]): Float64Array[] {
  for (let i = 0; i < size; i += 1)
    for (let j = 0; j <= i; j += 1) {
      let sum = cells[i * size + j] as number;
      for (let k = 0; k < j; k += 1) sum -= (cells[i * size + k] as number) * (cells[j * size + k] as number);
      if (i !== j) cells[i * size + j] = sum / (cells[j * size + j] as number);
      else if (sum > 0) cells[i * size + i] = Math.sqrt(sum);
      else throw new Error("The matrix is not positive definite");
    }
  return sides.map((side) => {
    const x = Float64Array.from(side);
    for (let i = 0; i < size; i += 1) {
      for (let k = 0; k < i; k += 1) (x[i] as number) -= (cells[i * size + k] as number) * (x[k] as number);
      (x[i] as number) /= cells[i * size + i] as number;
    }
    for (let i = size - 1; i >= 0; i -= 1) {
      for (let k = i + 1; k < size; k += 1) (x[i] as number) -= (cells[k * size + i] as number) * (x[k] as number);
      (x[i] as number) /= cells[i * size + i] as number;
    }
    return x;
  });
}

/** A factor `L`, `[D, rank]`, by columns. */
export type Factor = readonly Float64Array[];

/**
 * `L` with `L Lᵀ = A` for a symmetric matrix without negative eigenvalues, by the Cholesky decomposition with pivoting
 * (Higham 1990, "Analysis of the Cholesky decomposition of a semi-definite matrix"). It has as many columns as `A` has
 * rank: it ends where what is left of the diagonal is rounding.
 * @param matrix `[D, D]` in rows
 */
export function pivotedCholesky(matrix: Float64Array, dimensions: number): Factor {
  const diagonal = Float64Array.from({ length: dimensions }, (_, i) => matrix[i * dimensions + i] ?? NaN);
  const tolerance = dimensions * Number.EPSILON * Math.max(0, ...diagonal);
  const columns: Float64Array[] = [];
  while (columns.length < dimensions) {
    const pivot = indexOfLargest(diagonal);
    const largest = diagonal[pivot] ?? 0;
    if (largest <= tolerance) break;
    const column = matrix.slice(pivot * dimensions, (pivot + 1) * dimensions);
    for (const earlier of columns) {
      const factor = earlier[pivot] ?? NaN;
      for (let i = 0; i < dimensions; i++) column[i] = (column[i] ?? NaN) - factor * (earlier[i] ?? NaN);
    }
    const root = Math.sqrt(largest);
    for (let i = 0; i < dimensions; i++) {
      const value = (column[i] ?? NaN) / root;
      column[i] = value;
      diagonal[i] = (diagonal[i] ?? NaN) - value ** 2;
    }
    // Exactly used up, whatever rounding leaves.
    diagonal[pivot] = 0;
    columns.push(column);
  }
  return columns;
}

function indexOfLargest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? NaN) > (values[best] ?? NaN)) best = i;
  return best;
}

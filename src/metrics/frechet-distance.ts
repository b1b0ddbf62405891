import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { pivotedCholesky, type Factor } from './pivoted-cholesky.js';
import type { Gaussian } from './running-covariance.js';

/**
 * The squared Fréchet distance of two normal distributions (Dowson and Landau 1982; Heusel et al. 2017, equation 6),
 * `|m1 - m2|² + tr(S1) + tr(S2) - 2 tr((S1 S2)^½)`. With `S1 = L Lᵀ` the product has the eigenvalues of `Lᵀ S2 L`, which is
 * symmetric, so that they are found to the last digits and the root is real also where a covariance has no full rank:
 * nothing has to be added to its diagonal, as pytorch-fid does where its matrix root fails.
 * @returns NaN where a number of theirs is not finite
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  if (![a, b].every(({ mean, covariance }) => mean.every(Number.isFinite) && covariance.every(Number.isFinite))) {
    return NaN;
  }
  const dimensions = a.mean.length;
  let squaredDistance = 0;
  for (let i = 0; i < dimensions; i++) squaredDistance += ((a.mean[i] ?? NaN) - (b.mean[i] ?? NaN)) ** 2;
  const traces = trace(a.covariance, dimensions) + trace(b.covariance, dimensions);
  const distance = squaredDistance + traces - 2 * traceOfRoot(pivotedCholesky(a.covariance, dimensions), b.covariance);
  // Of one distribution and itself rounding would leave less than nothing.
  return Math.max(0, distance);
}

/** `tr((L Lᵀ S)^½)` */
function traceOfRoot(factor: Factor, covariance: Float64Array): number {
  if (factor.length === 0) return 0;
  const dimensions = factor[0]?.length ?? 0;
  // Its rows are the columns of L.
  const lower = new Matrix(factor.map((column) => [...column]));
  const product = lower.mmul(Matrix.from1DArray(dimensions, dimensions, [...covariance])).mmul(lower.transpose());
  const { realEigenvalues } = new EigenvalueDecomposition(product, { assumeSymmetric: true });
  return realEigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}

function trace(matrix: Float64Array, dimensions: number): number {
  let sum = 0;
  for (let i = 0; i < dimensions; i++) sum += matrix[i * (dimensions + 1)] ?? NaN;
  return sum;
}

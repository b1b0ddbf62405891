import { ShapeError } from '../errors.js';

/** Mean and covariance of vectors of D numbers. */
export interface Gaussian {
  /** `[D]` */
  readonly mean: Float64Array;
  /** `[D, D]` in rows, symmetric */
  readonly covariance: Float64Array;
}

/**
 * Mean and covariance of vectors that come one after the other (Welford 1962), in float64: without the differences of
 * large sums that would lose the small variances, and to the last bit the same for any batches.
 */
export class RunningCovariance {
  #count = 0;
  #mean = new Float64Array();
  /** Of the upper triangle, the sums of products of deviations. */
  #products = new Float64Array();

  /** How many vectors there were. */
  get count(): number {
    return this.#count;
  }

  /** How many numbers each has; 0 before the first. */
  get dimensions(): number {
    return this.#mean.length;
  }

  /**
   * Takes vectors in.
   * @param rows `[N, D]`
   * @throws ShapeError where D is another than before
   */
  update(rows: ArrayLike<number>, dimensions: number): void {
    if (this.#count === 0) {
      this.#mean = new Float64Array(dimensions);
      this.#products = new Float64Array(dimensions ** 2);
    }
    if (dimensions !== this.dimensions) {
      throw new ShapeError('features', `${this.dimensions} of each image, as before`, String(dimensions));
    }
    for (let start = 0; start < rows.length; start += dimensions) this.#add(rows, start);
  }

  /** With the covariance of a sample, its sums divided by the vectors less one; of fewer than two, NaN. */
  result(): Gaussian {
    const dimensions = this.dimensions;
    const covariance = new Float64Array(dimensions ** 2);
    for (let i = 0; i < dimensions; i++) {
      for (let j = i; j < dimensions; j++) {
        const value = (this.#products[i * dimensions + j] ?? NaN) / (this.#count - 1);
        covariance[i * dimensions + j] = value;
        covariance[j * dimensions + i] = value;
      }
    }
    return { mean: this.#mean.slice(), covariance };
  }

  reset(): void {
    this.#count = 0;
    this.#mean = new Float64Array();
    this.#products = new Float64Array();
  }

  #add(rows: ArrayLike<number>, start: number): void {
    this.#count += 1;
    const [mean, products, dimensions] = [this.#mean, this.#products, this.dimensions];
    const before = new Float64Array(dimensions);
    const after = new Float64Array(dimensions);
    for (let i = 0; i < dimensions; i++) {
      const value = rows[start + i] ?? NaN;
      const deviation = value - (mean[i] ?? NaN);
      const moved = (mean[i] ?? NaN) + deviation / this.#count;
      mean[i] = moved;
      before[i] = deviation;
      after[i] = value - moved;
    }
    for (let i = 0; i < dimensions; i++) {
      const deviation = before[i] ?? NaN;
      const row = i * dimensions;
      for (let j = i; j < dimensions; j++)
        products[row + j] = (products[row + j] ?? NaN) + deviation * (after[j] ?? NaN);
    }
  }
}

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readGolden } from '../../test/support/golden.js';
import { frechetDistance } from './frechet-distance.js';
import { pivotedCholesky } from './pivoted-cholesky.js';
import { RunningCovariance } from './running-covariance.js';

const test = suite('the Fréchet distance of features');

const near = (found: number | undefined, value: number, tolerance = 1e-12) => {
  assert.ok(Math.abs((found ?? NaN) - value) <= tolerance * Math.max(1, value), `${String(found)} is not ${value}`);
};

const gaussian = (mean: number[], covariance: number[]) => ({
  mean: Float64Array.from(mean),
  covariance: Float64Array.from(covariance),
});

function running(rows: number[], dimensions: number): RunningCovariance {
  const statistics = new RunningCovariance();
  statistics.update(rows, dimensions);
  return statistics;
}

test('mean and covariance as numpy.cov has them', () => {
  const { mean, covariance } = running([1, 2, 4, 1, 1, 6, 2, 3], 2).result();
  assert.equal([...mean], [2, 3]);
  [2, -2, -2, 14 / 3].forEach((value, i) => {
    near(covariance[i], value);
  });
});

test('the batches make no difference, to the last bit', () => {
  const rows = Array.from({ length: 60 }, (_, i) => Math.fround(Math.sin(i * i) + 100));
  const statistics = new RunningCovariance();
  for (const [start, end] of [
    [0, 3],
    [3, 30],
    [30, 60],
  ])
    statistics.update(rows.slice(start, end), 3);
  assert.equal(statistics.result(), running(rows, 3).result());
  assert.is(statistics.count, 20);
  statistics.reset();
  statistics.update([1, 2], 2);
  assert.equal([statistics.count, statistics.dimensions, [...statistics.result().mean]], [1, 2, [1, 2]]);
});

test('small variances beside a large mean are kept', () => {
  const { covariance } = running([1e8, 1e8 + 1, 1e8 + 2], 1).result();
  assert.equal([...covariance], [1]);
});

test('features of another number are refused', () => {
  assert.throws(
    () => {
      running([1, 2], 2).update([1, 2, 3], 3);
    },
    (error: Error) => error.message === 'features: expected 2 of each image, as before, found 3',
  );
});

test('a factor has as many columns as the matrix has rank', () => {
  assert.equal(
    pivotedCholesky(Float64Array.from([2, 2, 2, 4]), 2).map((column) => [...column]),
    [
      [1, 2],
      [1, 0],
    ],
  );
  assert.equal(
    pivotedCholesky(Float64Array.from([1, 2, 2, 4]), 2).map((column) => [...column]),
    [[1, 2]],
  );
  assert.equal(pivotedCholesky(new Float64Array(4), 2), []);
});

test('of one number: (m1 - m2)² + (s1 - s2)²', () => {
  near(frechetDistance(gaussian([1], [4]), gaussian([3], [25])), 4 + 9);
});

test('of independent numbers it is the sum', () => {
  near(frechetDistance(gaussian([0, 1], [4, 0, 0, 1]), gaussian([0, 3], [1, 0, 0, 9])), 1 + 4 + 4);
});

test('of one distribution and itself it is 0, of full rank and not', () => {
  for (const covariance of [
    [2, 1, 1, 3],
    [1, 2, 2, 4],
    [0, 0, 0, 0],
  ]) {
    near(frechetDistance(gaussian([1, 2], covariance), gaussian([1, 2], covariance)), 0);
  }
});

test('it is symmetric where one covariance has no full rank', () => {
  const [a, b] = [gaussian([0, 0], [1, 2, 2, 4]), gaussian([1, 0], [2, 1, 1, 3])];
  near(frechetDistance(a, b), frechetDistance(b, a));
});

test('what is not a number makes no number', () => {
  assert.ok(Number.isNaN(frechetDistance(gaussian([NaN], [1]), gaussian([0], [1]))));
  assert.ok(Number.isNaN(frechetDistance(gaussian([0], [1]), gaussian([0], [Infinity]))));
});

/** Made by test/fixtures/metrics/make.py, by the eigenvalues of the product of the covariances. */
for (const [name, dimensions, expected] of [
  ['many', 6, 7.4453543848052135],
  ['few', 8, 72.4608948211053],
] as const) {
  test(`of ${name} images, as numpy has it`, () => {
    const golden = readGolden('features', 'metrics');
    const [a, b] = ['inputs', 'reconstructions'].map((of) =>
      running([...golden.floats(`${name}.${of}`)], dimensions).result(),
    );
    // What numpy's eigenvalues of a product without full rank are known to.
    near(frechetDistance(a!, b!), expected, name === 'few' ? 1e-6 : 1e-12);
  });
}

test.run();

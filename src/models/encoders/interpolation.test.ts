import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cubicResizing, gaussianBlur, rescaling } from './interpolation.js';

const rows = ({ rows: count, columns, values }: ReturnType<typeof rescaling>): number[][] =>
  Array.from({ length: count }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]);

test('halving: the first of two, their mean, the mean of the four around', () => {
  assert.equal(rows(rescaling(4, 0.5, 'nearest')), [
    [1, 0, 0, 0],
    [0, 0, 1, 0],
  ]);
  const means = [
    [0.5, 0.5, 0, 0],
    [0, 0, 0.5, 0.5],
  ];
  assert.equal(rows(rescaling(4, 0.5, 'linear')), means);
  assert.equal(rows(rescaling(4, 0.5, 'area')), means);
  // The tap beyond the edge counts for the edge.
  assert.equal(rows(rescaling(4, 0.5, 'cubic')), [
    [0.5, 0.59375, -0.09375, 0],
    [0, -0.09375, 0.59375, 0.5],
  ]);
});

test('a size that the factor does not divide: the last positions are left over, but count for area', () => {
  assert.equal(rows(rescaling(5, 0.5, 'nearest')), [
    [1, 0, 0, 0, 0],
    [0, 0, 1, 0, 0],
  ]);
  const third = Math.fround(1 / 3);
  assert.equal(rows(rescaling(5, 0.5, 'area')), [
    [third, third, third, 0, 0],
    [0, 0, third, third, third],
  ]);
});

test('resizing with aligned corners keeps them, and everything at the same size', () => {
  assert.equal(rows(cubicResizing(3, 3, { alignCorners: true })), [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  const larger = rows(cubicResizing(3, 5, { alignCorners: true }));
  assert.equal(larger[0], [1, 0, 0]);
  assert.equal(larger[4], [0, 0, 1]);
  assert.equal(rows(cubicResizing(3, 1, { alignCorners: true })), [[1, 0, 0]]);
});

test('a blur mirrors at the edge, without repeating it', () => {
  const [side, middle] = [Math.exp(-0.5), 1].map((weight) => Math.fround(weight / (1 + 2 * Math.exp(-0.5))));
  assert.equal(rows(gaussianBlur(3, 1, 3)), [
    [middle, Math.fround(2 * (Math.exp(-0.5) / (1 + 2 * Math.exp(-0.5)))), 0],
    [side, middle, side],
    [0, Math.fround(2 * (Math.exp(-0.5) / (1 + 2 * Math.exp(-0.5)))), middle],
  ]);
});

test.run();

import * as tf from '@tensorflow/tfjs-core';
import { operations, pattern } from '../tensors.js';
import type { Part, PreparedWorkload, Workload } from './workload.js';

/** A linear layer of a transformer block: many positions, few features. */
const POSITIONS = 2048;
const IN = 320;
const OUT = 1280;
const SQUARE = 1024;
/** The products of an attention with heads of 32 channels over 16×16 positions. */
const BATCH = 32;
const ROWS = 256;
const INNER = 32;

const part = (name: string, multiplyAdds: number): Part => ({
  name,
  work: { amount: 2 * multiplyAdds, unit: 'FLOP' },
  kernels: ['BatchMatMul'],
});
const LINEAR = POSITIONS * IN * OUT;

export const matmul: Workload = {
  name: 'matmul',
  summary:
    `matrix products: a linear layer on ${POSITIONS} positions and its two gradients, ${SQUARE}³, ` +
    `${BATCH} of ${ROWS}×${INNER}×${ROWS}`,
  parts: [
    part(`linear ${IN} -> ${OUT}`, LINEAR),
    part('its input gradient', LINEAR),
    part('its weight gradient', LINEAR),
    part(`square ${SQUARE}`, SQUARE ** 3),
    part(`batch of ${BATCH}`, BATCH * ROWS * INNER * ROWS),
  ],
  engines: ['torch', 'wasm'],
  mixedPrecision: true,
  pytorch: 'pytorch_matmul.py',
  prepare,
};

function prepare(): PreparedWorkload {
  const x = pattern([POSITIONS, IN]);
  // As a linear layer holds it: [out, in].
  const weight = pattern([OUT, IN], 1);
  const dy = pattern([POSITIONS, OUT], 2);
  const [a, b] = [pattern([SQUARE, SQUARE]), pattern([SQUARE, SQUARE], 1)];
  const [batchA, batchB] = [pattern([BATCH, ROWS, INNER]), pattern([BATCH, INNER, ROWS], 1)];
  return operations({
    [`linear ${IN} -> ${OUT}`]: () => [tf.matMul(x, weight, false, true)],
    'its input gradient': () => [tf.matMul(dy, weight)],
    'its weight gradient': () => [tf.matMul(dy, x, true)],
    [`square ${SQUARE}`]: () => [tf.matMul(a, b)],
    [`batch of ${BATCH}`]: () => [tf.matMul(batchA, batchB)],
  });
}

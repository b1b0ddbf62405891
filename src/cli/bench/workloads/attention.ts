import * as tf from '@tensorflow/tfjs-core';
import { vjp } from '../../../autodiff/index.js';
import { scaledDotProductAttention } from '../../../ops/index.js';
import { operations, pattern } from '../tensors.js';
import type { Part, PreparedWorkload, Workload } from './workload.js';

interface Shape {
  readonly batch: number;
  readonly positions: number;
  readonly heads: number;
  readonly channels: number;
}

/** The two levels of the UNet of `unet_train_b8_32px` that have attention, then 32×32 and 64×64 positions. */
const SHAPES: readonly Shape[] = [
  { batch: 8, positions: 256, heads: 4, channels: 32 },
  { batch: 8, positions: 64, heads: 8, channels: 32 },
  { batch: 4, positions: 1024, heads: 4, channels: 32 },
  { batch: 2, positions: 4096, heads: 4, channels: 32 },
];

const partName = ({ batch, positions, heads, channels }: Shape, pass: 'forward' | 'backward') =>
  `${batch}x${heads} heads of ${channels}, T ${positions} ${pass}`;

export const attention: Workload = {
  name: 'attention',
  summary: 'softmax(q k^T / sqrt(d)) v over T positions, float32',
  parts: SHAPES.flatMap((shape): Part[] => {
    const product = 2 * shape.batch * shape.heads * shape.positions ** 2 * shape.channels;
    return [
      // Two products forward, four backward; what recomputes the weights gets no credit for it.
      { name: partName(shape, 'forward'), work: { amount: 2 * product, unit: 'FLOP' } },
      { name: partName(shape, 'backward'), work: { amount: 4 * product, unit: 'FLOP' } },
    ];
  }),
  engines: ['torch'],
  pytorch: 'pytorch_attention.py',
  prepare,
};

function prepare(): PreparedWorkload {
  return operations(Object.assign({}, ...SHAPES.map(operationsOf)) as ReturnType<typeof operationsOf>);
}

function operationsOf(shape: Shape): Record<string, () => readonly tf.Tensor[]> {
  const { batch, positions, heads, channels } = shape;
  const values = (seed: number, factor = 1) =>
    tf.tidy(() => tf.mul<tf.Tensor4D>(pattern([batch, positions, heads, channels], seed), factor));
  // Of a size that makes the weights differ: a mean of values would be near zero.
  const q = values(0, 4);
  const k = values(1, 4);
  const v = values(2);
  const dy = values(3);
  const forward = () => [scaledDotProductAttention(q, k, v)];
  const { pullback } = vjp(forward, [q, k, v]);
  return { [partName(shape, 'forward')]: forward, [partName(shape, 'backward')]: () => pullback([dy]) };
}

import * as tf from '@tensorflow/tfjs-core';
import { vjp } from '../../../autodiff/index.js';
import { groupNorm } from '../../../ops/index.js';
import { operations, pattern } from '../tensors.js';
import type { Part, PreparedWorkload, Workload } from './workload.js';

const GROUPS = 32;
/** `[N, H, W, C]` of the levels of the UNet of `unet_train_b8_32px`; the last follows a skip connection. */
const SHAPES = [
  [8, 32, 32, 64],
  [8, 16, 16, 128],
  [8, 8, 8, 256],
  [8, 32, 32, 192],
] as const;

type Shape = (typeof SHAPES)[number];

const partName = (shape: Shape, pass: 'forward' | 'backward') => `[${shape.join()}] ${pass}`;

export const groupnormSilu: Workload = {
  name: 'groupnorm_silu',
  summary: `group normalization with ${GROUPS} groups, then SiLU; activations of the UNet of unet_train_b8_32px, float32`,
  parts: SHAPES.flatMap((shape): Part[] => {
    const bytes = 4 * tf.util.sizeFromShape([...shape]);
    return [
      // x is read and y written; x and dy are read and dx written.
      { name: partName(shape, 'forward'), work: { amount: 2 * bytes, unit: 'B' } },
      { name: partName(shape, 'backward'), work: { amount: 3 * bytes, unit: 'B' } },
    ];
  }),
  engines: ['torch', 'wasm'],
  pytorch: 'pytorch_groupnorm_silu.py',
  prepare,
};

function prepare(): PreparedWorkload {
  return operations(Object.assign({}, ...SHAPES.map(operationsOf)) as ReturnType<typeof operationsOf>);
}

function operationsOf(shape: Shape): Record<string, () => readonly tf.Tensor[]> {
  const channels = shape[3];
  const x = pattern(shape);
  const gamma = tf.tidy(() => tf.add(pattern([channels], 1), 1));
  const beta = pattern([channels], 2);
  const dy = pattern(shape, 3);
  const forward = () => [groupNorm(x, gamma, beta, { numGroups: GROUPS, activation: 'silu' })];
  const { pullback } = vjp(forward, [x, gamma, beta]);
  return { [partName(shape, 'forward')]: forward, [partName(shape, 'backward')]: () => pullback([dy]) };
}

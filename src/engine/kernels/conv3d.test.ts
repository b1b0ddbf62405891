import * as tf from '@tensorflow/tfjs-core';
import { assertNativeSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('3-d convolutions');

type Shape5D = [number, number, number, number, number];
type Triple = [number, number, number];
interface Case {
  readonly x: Shape5D;
  readonly filter: Shape5D;
  readonly stride?: number | Triple;
  readonly pad: 'same' | 'valid';
  readonly dilation?: number | Triple;
}

const cases: Case[] = [
  { x: [1, 4, 4, 4, 2], filter: [2, 2, 2, 2, 3], pad: 'same' },
  { x: [2, 3, 5, 4, 2], filter: [3, 3, 3, 2, 3], pad: 'same' },
  { x: [2, 3, 5, 4, 2], filter: [2, 3, 1, 2, 3], pad: 'valid' },
  { x: [2, 4, 5, 6, 3], filter: [3, 3, 3, 3, 2], stride: 2, pad: 'same' },
  { x: [1, 5, 5, 5, 2], filter: [2, 3, 2, 2, 3], stride: [1, 2, 3], pad: 'same' },
  { x: [1, 6, 5, 4, 2], filter: [2, 2, 1, 2, 3], stride: 3, pad: 'same' },
  { x: [1, 5, 6, 5, 1], filter: [1, 1, 1, 1, 4], stride: [2, 1, 2], pad: 'valid' },
  { x: [1, 6, 6, 6, 2], filter: [2, 2, 2, 2, 3], pad: 'same', dilation: 2 },
  { x: [1, 6, 7, 8, 2], filter: [2, 2, 2, 2, 3], pad: 'valid', dilation: [1, 2, 3] },
];

for (const { x, filter, stride = 1, pad, dilation = 1 } of cases) {
  const title = `[${x.join()}] * [${filter.join()}], stride ${stride.toString()}, ${pad}, dilation ${dilation.toString()}`;
  const run = (image: tf.Tensor, weights: tf.Tensor): tf.Tensor =>
    tf.conv3d(image as tf.Tensor5D, weights as tf.Tensor5D, stride, pad, 'NDHWC', dilation);
  test(`conv3d ${title}`, () => assertNativeSameAsCpu(() => run(numbers(x), numbers(filter, 2)), { tolerance: 2e-5 }));
  if (dilation !== 1) continue;
  test(`gradients of conv3d ${title}`, () =>
    assertNativeSameAsCpu(
      () => {
        const inputs: [tf.Tensor, tf.Tensor] = [numbers(x), numbers(filter, 2)];
        return tf.grads(run)(inputs, numbers(run(...inputs).shape, 3));
      },
      { tolerance: 1e-4 },
    ));
}

for (const stride of [1, 2]) {
  test(`transposed, stride ${stride}`, () =>
    assertNativeSameAsCpu(
      () =>
        tf.conv3dTranspose(
          numbers([1, 3, 2, 3, 4]) as tf.Tensor5D,
          numbers([3, 3, 2, 2, 4], 2) as tf.Tensor5D,
          [1, 3 * stride, 2 * stride, 3 * stride, 2],
          stride,
          'same',
        ),
      { tolerance: 2e-5 },
    ));
}

runSuites();

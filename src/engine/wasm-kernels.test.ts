import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fallbackCalls, kernelSupport, selectEngine } from './index.js';
import { assertSameAsCpu, numbers } from './testing.js';

const test = suite('composed kernels of the wasm engine');

type Image = [number, number, number, number];
type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];

const cases: [x: Image, filter: Image, stride: number | [number, number], pad: Pad][] = [
  [[2, 5, 6, 3], [3, 3, 3, 4], 1, 'same'],
  [[2, 5, 6, 3], [3, 3, 3, 4], 1, 'valid'],
  [[2, 5, 5, 3], [1, 1, 3, 4], 1, 'same'],
  [[1, 8, 7, 1], [3, 2, 1, 4], 2, 'same'],
  [[2, 8, 8, 3], [4, 4, 3, 1], 2, 1],
  [[2, 8, 9, 3], [2, 5, 3, 4], [1, 3], 'same'],
  [[2, 8, 8, 3], [1, 1, 3, 4], 3, 'valid'],
  [
    [1, 8, 8, 3],
    [3, 3, 3, 4],
    2,
    [
      [0, 0],
      [0, 1],
      [0, 1],
      [0, 0],
    ],
  ],
  [[2, 16, 16, 16], [3, 3, 16, 24], 1, 'same'],
];

for (const [x, filter, stride, pad] of cases) {
  const title = `[${x.join()}] * [${filter.join()}], stride ${stride.toString()}, pad ${JSON.stringify(pad)}`;
  test(`gradients of conv2d ${title}`, async () => {
    await selectEngine('wasm');
    const before = { calls: fallbackCalls().get(tf.Conv2DBackpropFilter) ?? 0, data: tf.backend().numDataIds() };
    await assertSameAsCpu(
      () => {
        const run = (image: tf.Tensor, weights: tf.Tensor): tf.Tensor =>
          tf.conv2d(image as tf.Tensor4D, weights as tf.Tensor4D, stride, pad);
        const inputs: [tf.Tensor, tf.Tensor] = [numbers(x), numbers(filter, 2)];
        return tf.grads(run)(inputs, numbers(run(...inputs).shape, 3));
      },
      { engine: 'wasm', tolerance: 1e-4 },
    );
    const after = { calls: fallbackCalls().get(tf.Conv2DBackpropFilter) ?? 0, data: tf.backend().numDataIds() };
    assert.equal(after, before, 'calls of the CPU backend and data that was left');
  });
}

test('max-pooling and its gradients where all values are negative', async () => {
  await selectEngine('wasm');
  const x = tf.tensor1d([-3, -2, -4, -5, -9, -8, -7, -6]);
  const square = (values: tf.Tensor): tf.Tensor4D => tf.reshape(values, [2, 2, 2, 1]);
  const cube = (values: tf.Tensor): tf.Tensor5D => tf.reshape(values, [1, 2, 2, 2, 1]);
  const slopes = (f: (values: tf.Tensor) => tf.Tensor): number[] => [...tf.grad(f)(x).dataSync()];
  assert.equal(
    slopes((values) => tf.maxPool(square(values), 2, 2, 'valid')),
    [0, 1, 0, 0, 0, 0, 0, 1],
  );
  assert.equal(
    slopes((values) => tf.maxPool3d(cube(values), 2, 2, 'valid')),
    [0, 1, 0, 0, 0, 0, 0, 0],
  );
  assert.equal([...tf.maxPool3d(cube(x), 2, 2, 'valid').dataSync()], [-2]);
  const { result, indexes } = tf.maxPoolWithArgmax(square(x), 2, 2, 'valid') as Record<'result' | 'indexes', tf.Tensor>;
  assert.equal(
    [[...result.dataSync()], [...indexes.dataSync()]],
    [
      [-2, -6],
      [1, 3],
    ],
  );
});

test('the kernel counts as the engine’s own', async () => {
  await selectEngine('wasm');
  assert.ok(kernelSupport('wasm').native.includes(tf.Conv2DBackpropFilter));
});

test.run();

import * as tf from '@tensorflow/tfjs-core';
import { assertNativeSameAsCpu, numbers, runSuites, torchSuite } from './testing.js';

const test = await torchSuite('gradients on the torch engine');

type Program = (...inputs: tf.Tensor[]) => tf.Tensor;
const programs: Record<string, [shapes: number[][], run: Program]> = {
  matMul: [
    [
      [2, 3, 4],
      [2, 4, 5],
    ],
    (a, b) => tf.matMul(a, b),
  ],
  'matMul, transposed': [
    [
      [4, 3],
      [5, 4],
    ],
    (a, b) => tf.matMul(a, b, true, true),
  ],
  'fused matMul': [
    [[3, 4], [4, 5], [5]],
    (a, b, bias) => tf.fused.matMul({ a: a, b: b, bias: bias, activation: 'relu' }),
  ],
  'fused conv2d': [
    [[2, 5, 5, 3], [3, 3, 3, 4], [4]],
    (x, filter, bias) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: 2,
        pad: 'same',
        bias: bias,
        activation: 'relu',
      }),
  ],
  softmax: [[[3, 5]], (x) => tf.softmax(x)],
  logSoftmax: [[[3, 5]], (x) => tf.logSoftmax(x)],
  'broadcast arithmetic': [[[2, 3], [3], [2, 1]], (a, b, c) => tf.div(tf.mul(a, b), tf.add(c, 5))],
  'sigmoid, tanh, exp, log, sqrt': [[[2, 3]], (x) => tf.log(tf.add(tf.sqrt(tf.exp(tf.tanh(tf.sigmoid(x)))), 1))],
  'relu, elu, leakyRelu, softplus': [[[2, 3]], (x) => tf.softplus(tf.elu(tf.leakyRelu(tf.sub(x, tf.relu(x)))))],
  reductions: [[[2, 3, 4]], (x) => tf.add(tf.mean(x, 1), tf.sum(x, [1]))],
  'max and abs': [[[2, 3, 4]], (x) => tf.max(tf.abs(x), -1)],
  layout: [
    [
      [2, 3, 4],
      [2, 3, 4],
    ],
    (a, b) =>
      tf.slice(
        tf.pad(tf.transpose(tf.concat([a, b], 2), [2, 0, 1]), [
          [1, 0],
          [0, 0],
          [0, 2],
        ]),
        [0, 1, 1],
      ),
  ],
  'stack and split': [
    [
      [2, 4],
      [2, 4],
    ],
    (a, b) => tf.mul(...(tf.split(tf.stack([a, b]), 2, 2) as [tf.Tensor, tf.Tensor])),
  ],
  tile: [[[2, 3]], (x) => tf.tile(x, [2, 2])],
  'where and clip': [
    [
      [2, 3],
      [2, 3],
    ],
    (a, b) => tf.where(tf.tensor2d([[true, false, true]], [1, 3], 'bool'), tf.clipByValue(a, -1, 1), b),
  ],
  gather: [[[4, 3]], (x) => tf.gather(x, tf.tensor1d([1, 1, 3], 'int32'))],
  'squared error': [
    [
      [2, 3],
      [2, 3],
    ],
    (a, b) => tf.mean(tf.squaredDifference(a, b)),
  ],
  pow: [[[2, 3]], (x) => tf.pow(tf.add(tf.abs(x), 1), 3)],
};

for (const [name, [shapes, run]] of Object.entries(programs)) {
  test(name, () =>
    assertNativeSameAsCpu(
      () => {
        const inputs = shapes.map((shape, i) => numbers(shape, i + 1));
        return tf.grads(run)(inputs, numbers(run(...inputs).shape, 7));
      },
      { tolerance: 2e-5 },
    ),
  );
}

runSuites();

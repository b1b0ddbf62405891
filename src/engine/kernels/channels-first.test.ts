import * as tf from '@tensorflow/tfjs-core';
import { assertNativeSameAsCpu, assertSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('convolutions: NCHW images, and transposed');

type Image = [number, number, number, number];
type Explicit = [[0, 0], [number, number] | [0, 0], [number, number], [number, number] | [0, 0]];

const cases: [x: Image, filter: Image, stride: number, pad: 'same' | 'valid' | number, dilation: number][] = [
  [[2, 3, 5, 6], [3, 3, 3, 4], 1, 'same', 1],
  [[2, 3, 8, 7], [3, 3, 3, 4], 2, 'same', 1],
  [[2, 3, 6, 6], [1, 1, 3, 2], 1, 'valid', 1],
  [[1, 3, 6, 5], [4, 4, 3, 2], 2, 1, 1],
  [[1, 2, 9, 9], [2, 3, 2, 3], 1, 'same', 2],
];

for (const [x, filter, stride, pad, dilation] of cases) {
  const title = `[${x.join()}] * [${filter.join()}], stride ${stride}, pad ${pad}, dilation ${dilation}`;
  const run = (image: tf.Tensor, weights: tf.Tensor): tf.Tensor =>
    tf.conv2d(image as tf.Tensor4D, weights as tf.Tensor4D, stride, pad, 'NCHW', dilation);
  test(`NCHW ${title}`, () => assertNativeSameAsCpu(() => run(numbers(x), numbers(filter, 2)), { tolerance: 2e-5 }));
  if (dilation !== 1) continue;
  test(`gradients, NCHW ${title}`, () =>
    assertNativeSameAsCpu(
      () => {
        const inputs: [tf.Tensor, tf.Tensor] = [numbers(x), numbers(filter, 2)];
        return tf.grads(run)(inputs, numbers(run(...inputs).shape, 3));
      },
      { tolerance: 1e-4 },
    ));
}

test('NCHW with padding of its own on each side', () => {
  const pad: Explicit = [
    [0, 0],
    [0, 0],
    [2, 0],
    [1, 3],
  ];
  return assertNativeSameAsCpu(
    () => tf.conv2d(numbers([1, 2, 5, 6]) as tf.Tensor4D, numbers([3, 3, 2, 4], 2) as tf.Tensor4D, 1, pad, 'NCHW'),
    { tolerance: 2e-5 },
  );
});

const fused = (bias: number[], activation: 'relu' | 'prelu') => (): tf.Tensor =>
  tf.fused.conv2d({
    x: numbers([2, 3, 5, 5]) as tf.Tensor4D,
    filter: numbers([3, 3, 3, 4], 2) as tf.Tensor4D,
    strides: 1,
    pad: 'same',
    dataFormat: 'NCHW',
    bias: numbers(bias, 3),
    activation,
    ...(activation === 'prelu' ? { preluActivationWeights: numbers([4], 4) } : {}),
  });

test('NCHW fused with bias and relu', () => assertNativeSameAsCpu(fused([4], 'relu')));
test('NCHW fused with one bias for all', () => assertNativeSameAsCpu(fused([], 'relu')));
test('NCHW fused with prelu is the CPU backend’s', () => assertSameAsCpu(fused([4], 'prelu')));

const transposed: [x: Image, filter: Image, output: Image, stride: number, pad: 'same' | 'valid'][] = [
  [[2, 4, 4, 3], [4, 4, 5, 3], [2, 8, 8, 5], 2, 'same'],
  [[2, 3, 4, 3], [3, 3, 2, 3], [2, 6, 7, 2], 2, 'same'],
  [[1, 3, 3, 2], [3, 2, 4, 2], [1, 9, 8, 4], 3, 'valid'],
  [[1, 5, 5, 2], [3, 3, 4, 2], [1, 5, 5, 4], 1, 'same'],
];

for (const [x, filter, output, stride, pad] of transposed) {
  const run = (image: tf.Tensor, weights: tf.Tensor): tf.Tensor =>
    tf.conv2dTranspose(image as tf.Tensor4D, weights as tf.Tensor4D, output, stride, pad);
  const title = `[${x.join()}] to [${output.join()}], stride ${stride}, ${pad}`;
  test(`transposed ${title}`, () =>
    assertNativeSameAsCpu(() => run(numbers(x), numbers(filter, 2)), { tolerance: 2e-5 }));
  test(`gradients, transposed ${title}`, () =>
    assertNativeSameAsCpu(() => tf.grads(run)([numbers(x), numbers(filter, 2)], numbers(output, 3)), {
      tolerance: 1e-4,
    }));
}

for (const [dilation, pad] of [
  [2, 'same'],
  [3, 'valid'],
] as const) {
  test(`depthwise, dilation ${dilation}, ${pad}`, () =>
    assertNativeSameAsCpu(
      () =>
        tf.depthwiseConv2d(
          numbers([2, 9, 8, 3]) as tf.Tensor4D,
          numbers([3, 2, 3, 2], 2) as tf.Tensor4D,
          1,
          pad,
          'NHWC',
          dilation,
        ),
      { tolerance: 2e-5 },
    ));
}

runSuites();

import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertNativeSameAsCpu, assertSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('convolutions');

type Image = [number, number, number, number];
type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];
interface Case {
  readonly x: Image;
  readonly filter: Image;
  readonly stride?: number | [number, number];
  readonly pad: Pad;
  readonly dilation?: number | [number, number];
}

const cases: Case[] = [
  { x: [2, 5, 5, 3], filter: [3, 3, 3, 4], pad: 'same' },
  { x: [2, 5, 6, 3], filter: [3, 3, 3, 4], pad: 'valid' },
  { x: [1, 4, 4, 1], filter: [3, 3, 1, 1], pad: 'same' },
  { x: [1, 4, 4, 1], filter: [3, 3, 1, 5], pad: 'same' },
  { x: [1, 4, 4, 5], filter: [3, 3, 5, 1], pad: 'same' },
  { x: [3, 4, 4, 1], filter: [3, 3, 1, 5], pad: 1 },
  { x: [2, 1, 1, 3], filter: [1, 1, 3, 4], pad: 'same' },
  { x: [2, 1, 1, 3], filter: [3, 3, 3, 4], pad: 'same' },
  { x: [2, 8, 8, 3], filter: [3, 3, 3, 4], stride: 2, pad: 'same' },
  { x: [2, 7, 8, 3], filter: [3, 3, 3, 4], stride: 2, pad: 'same' },
  { x: [2, 8, 8, 3], filter: [3, 3, 3, 4], stride: 2, pad: 1 },
  { x: [2, 8, 8, 3], filter: [4, 4, 3, 4], stride: 2, pad: 'same' },
  { x: [2, 8, 9, 3], filter: [2, 5, 3, 4], stride: [1, 3], pad: 'same' },
  { x: [2, 8, 8, 3], filter: [1, 1, 3, 4], stride: 2, pad: 'same' },
  { x: [2, 8, 8, 3], filter: [1, 1, 3, 4], stride: 3, pad: 'valid' },
  { x: [2, 8, 8, 3], filter: [4, 4, 3, 4], stride: 3, pad: 'valid' },
  {
    x: [1, 8, 8, 3],
    filter: [3, 3, 3, 4],
    stride: 2,
    pad: [
      [0, 0],
      [0, 1],
      [0, 1],
      [0, 0],
    ],
  },
  {
    x: [1, 8, 8, 3],
    filter: [3, 3, 3, 4],
    pad: [
      [0, 0],
      [2, 0],
      [1, 3],
      [0, 0],
    ],
  },
  { x: [1, 9, 9, 3], filter: [3, 3, 3, 4], pad: 'same', dilation: 2 },
  { x: [1, 9, 9, 3], filter: [2, 2, 3, 4], pad: 'same', dilation: [2, 3] },
  // Wide enough for Winograd's transforms: whole and cut tiles, several blocks, padding more and less than one.
  { x: [2, 16, 16, 32], filter: [3, 3, 32, 48], pad: 'same' },
  { x: [3, 9, 11, 48], filter: [3, 3, 48, 80], pad: 'same' },
  { x: [1, 12, 13, 32], filter: [3, 3, 32, 32], pad: 'valid' },
  { x: [1, 10, 12, 80], filter: [3, 3, 80, 32], pad: 2 },
  {
    x: [1, 12, 16, 32],
    filter: [3, 3, 32, 32],
    pad: [
      [0, 0],
      [0, 2],
      [3, 1],
      [0, 0],
    ],
  },
];

const title = ({ x, filter, stride = 1, pad, dilation = 1 }: Case): string =>
  `[${x.join()}] * [${filter.join()}], stride ${stride.toString()}, pad ${JSON.stringify(pad)}, dilation ${dilation.toString()}`;

const convolve = ({ stride = 1, pad, dilation = 1 }: Case, x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad, 'NHWC', dilation);

for (const each of cases) {
  test(`conv2d ${title(each)}`, () =>
    assertNativeSameAsCpu(() => convolve(each, numbers(each.x), numbers(each.filter, 2)), { tolerance: 2e-5 }));
  if (each.dilation !== undefined) continue;
  test(`gradients of conv2d ${title(each)}`, () =>
    assertNativeSameAsCpu(
      () => {
        const run = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor => convolve(each, x, filter);
        const inputs = [numbers(each.x), numbers(each.filter, 2)];
        return tf.grads(run)(inputs, numbers(run(...(inputs as [tf.Tensor, tf.Tensor])).shape, 3));
      },
      { tolerance: 1e-4 },
    ));
}

for (const pad of ['same', 'valid'] as const) {
  for (const stride of [1, 2]) {
    for (const multiplier of [1, 2]) {
      const label = `pad ${pad}, stride ${stride}, multiplier ${multiplier}`;
      const run = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
        tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad);
      test(`depthwise, ${label}`, () =>
        assertNativeSameAsCpu(() => run(numbers([2, 6, 6, 3]), numbers([3, 3, 3, multiplier], 2))));
      test(`gradients of depthwise, ${label}`, () =>
        assertNativeSameAsCpu(() => {
          const inputs = [numbers([2, 6, 6, 3]), numbers([3, 3, 3, multiplier], 2)];
          return tf.grads(run)(inputs, numbers(run(...(inputs as [tf.Tensor, tf.Tensor])).shape, 3));
        }));
    }
  }
}

for (const activation of ['linear', 'relu', 'elu', 'sigmoid', 'prelu'] as const) {
  test(`fused with bias and ${activation}`, () =>
    assertNativeSameAsCpu(() =>
      tf.fused.conv2d({
        x: numbers([2, 5, 5, 3]) as tf.Tensor4D,
        filter: numbers([3, 3, 3, 4], 2) as tf.Tensor4D,
        strides: 1,
        pad: 'same',
        bias: numbers([4], 3),
        activation,
        ...(activation === 'prelu' ? { preluActivationWeights: numbers([4], 4) } : {}),
      }),
    ));
}

test('transposed convolution', () =>
  assertNativeSameAsCpu(() =>
    tf.conv2dTranspose(
      numbers([2, 4, 4, 3]) as tf.Tensor4D,
      numbers([4, 4, 5, 3], 2) as tf.Tensor4D,
      [2, 8, 8, 5],
      2,
      'same',
    ),
  ));

test('a transposed convolution whose output does not fit its input is the CPU backend’s', () =>
  assertSameAsCpu(() =>
    tf.conv2dTranspose(
      numbers([1, 6, 6, 2]) as tf.Tensor4D,
      numbers([3, 3, 2, 2]) as tf.Tensor4D,
      [1, 4, 4, 2],
      1,
      'same',
    ),
  ));

for (const [title, shape] of [
  ['image', [0, 4, 4, 2]],
  ['channel', [2, 4, 4, 0]],
] as [string, Image][]) {
  for (const [name, convolve] of [
    ['conv2d', tf.conv2d],
    ['depthwiseConv2d', tf.depthwiseConv2d],
  ] as const) {
    const filter = (): tf.Tensor => numbers([3, 3, shape[3], 5], 2);
    const run = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => convolve(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same');
    test(`${name} of no ${title}`, () => assertNativeSameAsCpu(() => run(numbers(shape), filter())));
    test(`gradients of ${name} of no ${title}`, () =>
      assertNativeSameAsCpu(() => tf.grads(run)([numbers(shape), filter()])));
  }
}

const beyond: [title: string, x: Image, filter: Image, stride: [number, number], pad: Pad][] = [
  ['a window larger than the image', [1, 1, 4, 3], [3, 3, 3, 2], [2, 2], 'valid'],
  ['columns that tfjs counts by the stride of the rows', [1, 8, 5, 1], [1, 1, 1, 2], [3, 1], 1],
  [
    'windows of padding alone',
    [1, 2, 1, 1],
    [1, 1, 1, 4],
    [2, 3],
    [
      [0, 0],
      [2, 2],
      [2, 0],
      [0, 0],
    ],
  ],
];
for (const [title, x, filter, stride, pad] of beyond) {
  const run = (image: tf.Tensor, w: tf.Tensor): tf.Tensor =>
    tf.conv2d(image as tf.Tensor4D, w as tf.Tensor4D, stride, pad);
  test(`conv2d with ${title}`, () => assertNativeSameAsCpu(() => run(numbers(x), numbers(filter, 2))));
  test(`gradients of conv2d with ${title}`, () =>
    assertNativeSameAsCpu(() => tf.grads(run)([numbers(x), numbers(filter, 2)])));
}

test('dilations of null are 1', () =>
  assertNativeSameAsCpu(() =>
    tf.depthwiseConv2d(
      numbers([1, 4, 4, 2]) as tf.Tensor4D,
      numbers([2, 2, 2, 3]) as tf.Tensor4D,
      1,
      'same',
      'NHWC',
      null as unknown as number,
    ),
  ));

test('a filter that does not fit is an error that names the operation and the shapes', () => {
  const run = (): tf.Tensor =>
    tf
      .engine()
      .runKernel(
        tf.Conv2D,
        { x: numbers([1, 4, 4, 3]), filter: numbers([3, 3, 5, 8]) },
        { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 },
      );
  assert.throws(run, /Conv2D: conv2d\(float32\[1,4,4,3\], float32\[3,3,5,8\]\): the filter takes 5 channels/);
});

runSuites();

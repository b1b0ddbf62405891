import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { vjp } from '../../autodiff/index.js';
import {
  conv2d,
  geglu,
  gelu,
  groupNorm,
  l1Loss,
  layerNorm,
  linear,
  mseLoss,
  pixelValues,
  qkvAttention,
  scaledDotProductAttention,
  silu,
  softmaxCrossEntropy,
  upsampleConv2d,
} from '../../ops/index.js';
import { selectEngine } from '../index.js';
import { startMeta } from './index.js';

const test = suite('the meta backend');
await selectEngine('cpu');
const meta = await startMeta();

type Program = () => tf.Tensor | tf.Tensor[];

const image = (channels = 4): tf.Tensor4D => tf.fill([2, 6, 8, channels], 0.5);
const matrix = (...shape: number[]): tf.Tensor => tf.fill(shape, 0.5);
const labels = (): tf.Tensor1D => tf.fill([2], 1, 'int32');

/** What goes by the name of the operations in it. */
const programs: Record<string, Program> = {
  elementwise: () => tf.exp(tf.add(tf.mul(matrix(2, 1, 3), matrix(4, 1)), 1)),
  comparisons: () => tf.logicalNot(tf.greater(matrix(2, 3), 1)),
  choices: () => tf.where(tf.less(matrix(3), 1), matrix(2, 3), matrix(2, 1)),
  'images of bytes': () => pixelValues([new Uint8Array(12), new Uint8Array(12)], [2, 2, 2, 3]),
  casts: () => [tf.cast(matrix(2), 'int32'), tf.cast(labels(), 'bool'), tf.zerosLike(labels())],
  'reshape and transpose': () => tf.transpose(tf.reshape(image(), [2, -1, 4]), [0, 2, 1]),
  'concat, stack and unstack': () => [
    tf.concat([image(), image(3)], -1),
    tf.stack([matrix(2, 3), matrix(2, 3)], 1),
    ...tf.unstack(matrix(2, 3), 1),
  ],
  'split and slice': () => [
    ...tf.split(image(), [1, 3], 3),
    tf.slice(image(), [0, 1, 2, 0], [-1, 2, 3, -1]),
    tf.stridedSlice(matrix(5, 4), [0, 1], [5, 4], [2, 1]),
  ],
  'pad and tile': () => [
    tf.pad(matrix(2, 3), [
      [0, 1],
      [2, 0],
    ]),
    tf.mirrorPad(matrix(2, 3), [[0, 0], [1, 1]], 'reflect'), // prettier-ignore
    tf.tile(matrix(2, 3), [2, 1]),
    tf.broadcastTo(matrix(1, 3), [4, 3]),
  ],
  'gather and one-hot': () => [
    tf.gather(matrix(5, 3), tf.fill([2, 4], 1, 'int32')),
    tf.gather(matrix(2, 5), tf.fill([2, 3], 1, 'int32'), 1, 1),
    tf.gatherND(matrix(5, 3), tf.fill([4, 1], 1, 'int32')),
    tf.oneHot(labels(), 5),
  ],
  ranges: () => [tf.range(0, 7, 2), tf.linspace(0, 1, 5)],
  reductions: () => [
    tf.sum(image(), [1, 2], true),
    tf.mean(image()),
    tf.max(matrix(2, 3), -1),
    tf.any(tf.fill([2, 3], 1, 'bool'), 0),
    tf.argMin(matrix(2, 3), 1),
    tf.topk(matrix(2, 3), 2).indices,
    tf.moments(image(), [1, 2]).variance,
    tf.logSumExp(matrix(2, 3), 1),
    tf.norm(matrix(2, 3)),
  ],
  'softmax and cumulative sums': () => [tf.softmax(matrix(2, 3)), tf.logSoftmax(matrix(2, 3)), tf.cumsum(matrix(2, 3))],
  convolutions: () => [
    tf.conv2d(image(), matrix(3, 3, 4, 5) as tf.Tensor4D, 2, 'same'),
    tf.conv1d(matrix(2, 7, 4) as tf.Tensor3D, matrix(3, 4, 5) as tf.Tensor3D, 1, 'valid'),
    tf.depthwiseConv2d(image(), matrix(3, 3, 4, 2) as tf.Tensor4D, 1, 'valid'),
    tf.conv2dTranspose(image(), matrix(4, 4, 5, 4) as tf.Tensor4D, [2, 12, 16, 5], 2, 'same'),
    tf.conv3d(matrix(1, 4, 4, 4, 2) as tf.Tensor5D, matrix(3, 3, 3, 2, 5) as tf.Tensor5D, 1, 'same'),
    conv2d(image(), matrix(3, 3, 4, 5) as tf.Tensor4D, matrix(5), { strides: 2, pad: 1 }),
    upsampleConv2d(image(), matrix(3, 3, 4, 5) as tf.Tensor4D, matrix(5)),
  ],
  products: () => [
    tf.matMul(matrix(2, 3, 4), matrix(1, 5, 4), false, true),
    tf.dot(matrix(3), matrix(3)),
    tf.einsum('bij,bjk->bki', matrix(2, 3, 4), matrix(2, 4, 5)),
    linear(matrix(2, 3, 4), matrix(5, 4), matrix(5)),
  ],
  'pooling and resizing': () => [
    tf.maxPool(image(), 3, 2, 'same'),
    tf.avgPool(image(), 2, 2, 'valid'),
    tf.image.resizeNearestNeighbor(image(), [12, 16]),
    tf.image.resizeBilinear(image(), [3, 4]),
  ],
  norms: () => [
    groupNorm(image(), matrix(4), matrix(4), { numGroups: 2, activation: 'silu' }),
    groupNorm(image(), matrix(4), matrix(4), {
      numGroups: 2,
      scaleShift: { scale: matrix(2, 4), shift: matrix(2, 4) },
    }),
    layerNorm(image(), matrix(4), matrix(4)),
    tf.batchNorm(image(), matrix(4) as tf.Tensor1D, matrix(4) as tf.Tensor1D),
  ],
  activations: () => [silu(matrix(2, 4)), gelu(matrix(2, 4)), geglu(matrix(2, 4)), tf.leakyRelu(matrix(2))],
  attention: () => [
    scaledDotProductAttention(
      matrix(2, 3, 4, 5) as tf.Tensor4D,
      matrix(2, 6, 4, 5) as tf.Tensor4D,
      matrix(2, 6, 4, 5) as tf.Tensor4D,
    ),
    qkvAttention(matrix(2, 6, 24) as tf.Tensor3D, { numHeads: 2, splitBeforeHeads: true }),
  ],
  losses: () => [
    mseLoss(image(), image()),
    l1Loss(image(), image(), { reduction: 'perSample' }),
    ...(tf.getBackend() === 'cpu' ? [tf.fill([2], 0)] : [softmaxCrossEntropy(matrix(2, 3), labels())]),
  ],
};

/** The shapes and dtypes that come out of a program on a backend. */
async function outcome(backend: string, program: Program): Promise<unknown> {
  await tf.setBackend(backend);
  return tf.tidy(
    () => [program()].flat().map(({ shape, dtype }) => ({ shape, dtype })) as unknown as tf.TensorContainer,
  );
}

for (const [name, program] of Object.entries(programs)) {
  test(`${name}: the shapes and dtypes that numbers have`, async () => {
    const expected = await outcome('cpu', program);
    await tf.setBackend('meta');
    const before = tf.memory();
    assert.equal(await outcome('meta', program), expected);
    assert.is(tf.memory().numTensors, before.numTensors);
    assert.is(tf.memory().numDataBuffers, before.numDataBuffers);
  });
}

/** The multiply-adds of a program that is one part. */
function multiplyAdds(program: Program): number | undefined {
  meta.takeMultiplyAdds();
  tf.tidy(() => {
    meta.within('part', program);
  });
  return meta.takeMultiplyAdds().get('part');
}

test('multiply-adds of convolutions', async () => {
  await tf.setBackend('meta');
  const filter = () => matrix(3, 3, 4, 5) as tf.Tensor4D;
  // 2 images of 3 x 4 output pixels, a filter of 3 x 3 x 4 x 5.
  assert.is(
    multiplyAdds(() => conv2d(image(), filter(), matrix(5), { strides: 2, pad: 1 })),
    2 * 3 * 4 * 180,
  );
  assert.is(
    multiplyAdds(() => upsampleConv2d(image(), filter(), matrix(5))),
    2 * 12 * 16 * 180,
  );
  // Each channel has two filters of its own.
  assert.is(
    multiplyAdds(() => tf.depthwiseConv2d(image(), matrix(3, 3, 4, 2) as tf.Tensor4D, 1, 'same')),
    2 * 6 * 8 * 72,
  );
  // Each pixel of the input is spread by the whole filter.
  assert.is(
    multiplyAdds(() => tf.conv2dTranspose(image(), matrix(4, 4, 5, 4) as tf.Tensor4D, [2, 12, 16, 5], 2, 'same')),
    2 * 6 * 8 * 320,
  );
});

test('multiply-adds of products, those of attention among them', async () => {
  await tf.setBackend('meta');
  assert.is(
    multiplyAdds(() => linear(matrix(2, 3, 4), matrix(5, 4), matrix(5))),
    2 * 3 * 4 * 5,
  );
  assert.is(
    multiplyAdds(() => tf.matMul(matrix(7, 3, 4), matrix(1, 4, 5))),
    7 * 3 * 4 * 5,
  );
  assert.is(
    multiplyAdds(() => tf.einsum('bij,bjk->bki', matrix(2, 3, 4), matrix(2, 4, 5))),
    2 * 3 * 4 * 5,
  );
  // Two heads of 4 channels: 6 x 6 scores of each, then as many rows times the values.
  const qkv = () => qkvAttention(matrix(1, 6, 24) as tf.Tensor3D, { numHeads: 2, splitBeforeHeads: false });
  assert.is(multiplyAdds(qkv), 2 * (6 * 6 * 4 + 6 * 6 * 4));
  const heads = (positions: number) => matrix(1, positions, 2, 4) as tf.Tensor4D;
  assert.is(
    multiplyAdds(() => scaledDotProductAttention(heads(6), heads(3), heads(3))),
    2 * (6 * 3 * 4 + 6 * 3 * 4),
  );
});

test('costs belong to the innermost part', async () => {
  await tf.setBackend('meta');
  const product = () => tf.matMul(matrix(1, 2), matrix(2, 3));
  meta.takeMultiplyAdds();
  const made = meta.within('outer', () => [product(), meta.within('inner', product), product()]);
  assert.equal(
    [...meta.takeMultiplyAdds()],
    [
      ['outer', 12],
      ['inner', 6],
    ],
  );
  assert.equal([...meta.takeMultiplyAdds()], []);
  tf.dispose(made);
});

test('what is kept for the backward pass, in bytes', async () => {
  await tf.setBackend('meta');
  const x = tf.fill([2, 3], 1);
  const before = meta.liveBytes().get('part') ?? 0;
  const { values, dispose } = meta.within('part', () => vjp(() => [tf.exp(tf.mul(x, 2))], [x]));
  tf.dispose([...values]);
  // The exponential's value, and the 2 that the product multiplies by.
  assert.is((meta.liveBytes().get('part') ?? 0) - before, 2 * 3 * 4 + 4);
  dispose();
  assert.is((meta.liveBytes().get('part') ?? 0) - before, 0);
  x.dispose();
});

test('shapes that do not go together are refused, and values cannot be read', async () => {
  await tf.setBackend('meta');
  const wide = matrix(3, 3, 5, 5) as tf.Tensor4D;
  assert.throws(() => conv2d(image(), wide, matrix(5), { strides: 1, pad: 1 }), /the channels differ/);
  assert.throws(() => linear(matrix(2, 3), matrix(5, 4), matrix(5)));
  assert.throws(() => tf.concat([image(), matrix(2, 3, 8, 4)], -1));
  assert.throws(() => matrix(2).dataSync(), /a shape and no values to read/);
});

test.run();

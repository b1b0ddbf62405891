import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fallbackCalls, kernelSupport, selectEngine } from './index.js';
import { assertSameAsCpu, numbers, runSuites, torchSuite } from './testing.js';

const test = await torchSuite('kernels that fall back on the CPU backend');

const programs: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  cropAndResize: () =>
    tf.image.cropAndResize(
      numbers([1, 4, 4, 2]) as tf.Tensor4D,
      tf.tensor2d([0.1, 0.2, 0.8, 0.9], [1, 4]),
      tf.tensor1d([0], 'int32'),
      [3, 3],
    ),
  nonMaxSuppression: () =>
    tf.image.nonMaxSuppression(
      tf.tensor2d([0, 0, 1, 1, 0, 0.1, 1, 1.1, 2, 2, 3, 3], [3, 4]),
      tf.tensor1d([0.9, 0.8, 0.7]),
      3,
    ),
  strings: () => tf.string.stringToHashBucketFast(tf.tensor1d(['a', 'b', 'c'], 'string'), 10),
  'strings, split': () => {
    const { indices, values, shape } = tf.string.stringSplit(tf.tensor1d(['hello world', 'a b c'], 'string'), ' ');
    return [indices, values, shape].filter((tensor) => tensor !== undefined);
  },
  'strings, reshaped and concatenated': () =>
    tf.concat(
      [tf.reshape(tf.tensor1d(['a', 'b'], 'string'), [2, 1]), tf.tensor2d([['c'], ['d']], [2, 1], 'string')],
      1,
    ),
  'raggedGather, whose tensors are partly in a list': () => {
    const splits = [tf.tensor1d([0, 1, 3, 3], 'int32')];
    const indices = tf.tensor1d([2, 1, 0], 'int32');
    const { outputNestedSplits, outputDenseValues } = tf.raggedGather(splits, tf.tensor1d([0.1, 0.2, 0.3]), indices, 1);
    return [...outputNestedSplits, outputDenseValues];
  },
  'gradient of dilation2d, which reads a rank': () => {
    const filter = numbers([2, 2, 2], 2) as tf.Tensor3D;
    const run = (x: tf.Tensor): tf.Tensor => tf.dilation2d(x as tf.Tensor4D, filter, 1, 'valid');
    return tf.grad(run)(numbers([1, 3, 3, 2]), numbers([1, 2, 2, 2], 3));
  },
  'complex numbers, added': () => {
    const sum = tf.add(tf.complex(numbers([2]), numbers([2], 2)), tf.complex(numbers([2], 3), numbers([2], 4)));
    return [tf.real(sum), tf.imag(sum)];
  },
  'exp of int32': () => tf.exp(tf.tensor1d([0, 1, 2], 'int32')),
};

for (const [name, program] of Object.entries(programs)) test(name, () => assertSameAsCpu(program, { tolerance: 1e-4 }));

test('every kernel of the CPU backend is there, and these alone have no native form', () => {
  const { native, fallback } = kernelSupport('torch');
  const all = new Set([...native, ...fallback]);
  for (const { kernelName } of tf.getKernelsForBackend('cpu')) assert.ok(all.has(kernelName), kernelName);
  assert.is(all.size, native.length + fallback.length);
  assert.equal(fallback, [
    tf.BroadcastArgs,
    tf.CropAndResize,
    tf.Dilation2D,
    tf.Dilation2DBackpropFilter,
    tf.Dilation2DBackpropInput,
    tf.Draw,
    tf.Multinomial,
    tf.NonMaxSuppressionV3,
    tf.NonMaxSuppressionV4,
    tf.NonMaxSuppressionV5,
    tf.RaggedGather,
    tf.RaggedRange,
    tf.RaggedTensorToTensor,
    tf.RotateWithOffset,
    tf.SparseFillEmptyRows,
    tf.SparseReshape,
    tf.SparseSegmentMean,
    tf.SparseSegmentSum,
    tf.StaticRegexReplace,
    tf.StringNGrams,
    tf.StringSplit,
    tf.StringToHashBucketFast,
    tf.Transform,
  ]);
});

test('calls are counted', () => {
  const before = fallbackCalls().get(tf.Exp) ?? 0;
  tf.tidy(() => tf.exp(tf.tensor1d([1], 'int32')));
  assert.is(fallbackCalls().get(tf.Exp), before + 1);
});

runSuites();

const wasm = suite('kernels that fall back on the CPU backend, wasm engine');

wasm('a training step runs, with the gradients the backend lacks', async () => {
  await selectEngine('cpu');
  await selectEngine('wasm');
  await assertSameAsCpu(
    () => {
      const run = (x: tf.Tensor, filter: tf.Tensor, table: tf.Tensor): tf.Tensor =>
        tf.add(
          tf.mean(tf.relu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'))),
          tf.mean(tf.gather(table, tf.tensor1d([0, 2, 2], 'int32'))),
        );
      return tf.grads(run)([numbers([2, 5, 5, 3]), numbers([3, 3, 3, 4], 2), numbers([3, 4], 3)]);
    },
    { engine: 'wasm' },
  );
});

wasm('strings', async () => {
  await selectEngine('wasm');
  await assertSameAsCpu(() => tf.string.staticRegexReplace(tf.tensor1d(['abc', 'xyz'], 'string'), '[ax]', '-'), {
    engine: 'wasm',
  });
});

wasm('a complex result is an error that says so', async () => {
  await selectEngine('wasm');
  tf.tidy(() => {
    assert.throws(() => tf.complex(numbers([2]), numbers([2])), /Complex: this engine cannot hold complex64 tensors/);
  });
});

wasm.run();

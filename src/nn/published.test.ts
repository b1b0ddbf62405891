import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import type { HostTensor } from '../io/host-tensor.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { fromPublished, publish, publishedShape } from './published.js';

const floats = (shape: number[], ...values: number[]): HostTensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(values),
});

onEveryEngine('tensors in PyTorch layout', (test) => {
  const roundTrip = (given: HostTensor, held: { shape: number[]; values: number[] }) => {
    const before = tf.memory().numTensors;
    const tensor = fromPublished(given);
    assert.equal(tensor.shape, held.shape);
    assert.equal(Array.from(tensor.dataSync()), held.values);
    assert.equal(publishedShape(tensor.shape), given.shape);
    assert.equal(publish(tensor), given);
    tensor.dispose();
    assert.is(tf.memory().numTensors, before);
  };

  test('images turn', () => {
    // Two channels of a 1x2 image.
    roundTrip(floats([1, 2, 1, 2], 1, 2, 3, 4), { shape: [1, 1, 2, 2], values: [1, 3, 2, 4] });
  });

  test('signals, sequences, matrices, vectors and scalars stay as they are', () => {
    roundTrip(floats([1, 2, 2], 1, 2, 3, 4), { shape: [1, 2, 2], values: [1, 2, 3, 4] });
    roundTrip(floats([1, 2], 1, 2), { shape: [1, 2], values: [1, 2] });
    roundTrip(floats([], 1), { shape: [], values: [1] });
  });

  test('integers and truth values', () => {
    const labels: HostTensor = { dtype: 'I64', shape: [2], data: BigInt64Array.of(3n, -1n) };
    const tensor = fromPublished(labels);
    assert.is(tensor.dtype, 'int32');
    assert.equal(publish(tensor), { dtype: 'I32', shape: [2], data: Int32Array.of(3, -1) });
    roundTrip({ dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) }, { shape: [2], values: [1, 0] });
    assert.throws(
      () => fromPublished({ ...labels, data: BigInt64Array.of(3n, 2n ** 40n) }),
      /1099511627776 of a I64 tensor is no 32-bit integer/,
    );
  });
});

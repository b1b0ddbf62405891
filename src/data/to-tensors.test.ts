import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { tensorAt } from '../../test/support/batches.js';
import { pixelMemory } from './pixel-memory.js';
import { batchSize, disposeTensors, firstExamples, toTensors } from './to-tensors.js';

test('keeps keys, shapes, types and values, and gives every tensor back', async () => {
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  const batch = toTensors({
    image: { data: Float32Array.of(-1, 0.5), shape: [1, 1, 2, 1] },
    class_label: { data: Int32Array.of(7), shape: [1] },
  });
  assert.equal(tensorAt(batch, 'image').shape, [1, 1, 2, 1]);
  assert.equal(tensorAt(batch, 'image').dataSync(), Float32Array.of(-1, 0.5));
  assert.is(tensorAt(batch, 'class_label').dtype, 'int32');
  assert.equal(tensorAt(batch, 'class_label').dataSync(), Int32Array.of(7));
  disposeTensors(batch);
  assert.is(tf.memory().numTensors, before);
});

test('texts stay texts, and classes are widened to channels', async () => {
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  const batch = toTensors({
    caption: ['a cat', 'a dog'],
    segmentation: { data: Int32Array.of(1, 255, 0, 2), shape: [2, 1, 2], oneHot: { classes: 3, dtype: 'float32' } },
  });
  assert.equal(batch.caption, ['a cat', 'a dog']);
  assert.is(batchSize(batch), 2);
  const first = firstExamples(batch, 1);
  assert.equal(first.caption, ['a cat']);
  assert.equal(tensorAt(first, 'segmentation').shape, [1, 1, 2, 3]);
  disposeTensors(first);
  const segmentation = tensorAt(batch, 'segmentation');
  assert.equal([segmentation.shape, segmentation.dtype], [[2, 1, 2, 3], 'float32']);
  assert.equal([...segmentation.dataSync()], [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  disposeTensors(batch);
  assert.is(tf.memory().numTensors, before);
});

/** An image of two bytes in memory that is lent. */
function lent(...bytes: readonly [number, number]): Uint8Array {
  const memory = pixelMemory.take(2);
  memory.set(bytes);
  return memory;
}

test('images of bytes become values, and leave their memory to others only when all keys are on the engine', async () => {
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  const [first, second] = [lent(0, 255), lent(255, 0)];
  const shape = [1, 1, 2, 1];
  const batch = { image: { bytes: [first, second], shape: [2, 1, 2, 1] }, LR_image: { bytes: [first], shape } };
  const tensors = toTensors(batch);
  assert.equal(new Set([lent(9, 9), lent(9, 9)]), new Set([first, second]));
  assert.equal([...tensorAt(tensors, 'image').dataSync()], [-1, 1, 1, -1]);
  assert.equal([...tensorAt(tensors, 'LR_image').dataSync()], [-1, 1]);
  assert.is(tensorAt(tensors, 'image').dtype, 'float32');
  assert.throws(() => toTensors(batch), /the images of this batch have been moved to the engine before/);
  disposeTensors(tensors);
  assert.is(tf.memory().numTensors, before);
});

test('a batch in memory of its own may be moved as often as one likes', async () => {
  await tf.setBackend('cpu');
  const batch = { image: { bytes: [Uint8Array.of(0, 255)], shape: [1, 1, 2, 1] } };
  for (let i = 0; i < 2; i++) {
    const tensors = toTensors(batch);
    assert.equal([...tensorAt(tensors, 'image').dataSync()], [-1, 1]);
    disposeTensors(tensors);
  }
  assert.is.not(lent(1, 2), batch.image.bytes[0]);
});

test.run();

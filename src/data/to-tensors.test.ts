import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { disposeTensors, toTensors } from './to-tensors.js';

test('keeps keys, shapes, types and values, and gives every tensor back', async () => {
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  const batch = toTensors({
    image: { data: Float32Array.of(-1, 0.5), shape: [1, 1, 2, 1] },
    class_label: { data: Int32Array.of(7), shape: [1] },
  });
  assert.equal(batch.image?.shape, [1, 1, 2, 1]);
  assert.equal(batch.image?.dataSync(), Float32Array.of(-1, 0.5));
  assert.is(batch.class_label?.dtype, 'int32');
  assert.equal(batch.class_label?.dataSync(), Int32Array.of(7));
  disposeTensors(batch);
  assert.is(tf.memory().numTensors, before);
});

test.run();

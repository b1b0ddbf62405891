import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selectEngine } from '../../engine/index.js';
import { operations, pattern, sumOfMagnitudes } from './tensors.js';

const test = suite('tensors of a workload');

test.before(async () => {
  await selectEngine('cpu');
});

test('the numbers that scripts/bench/contestant.py makes too', () => {
  const values = (tensor: tf.Tensor) => [...tensor.dataSync()].map((value) => value.toFixed(6));
  assert.equal(values(pattern([4])), ['-0.500000', '0.453570', '0.407139', '0.360709']);
  assert.equal(values(pattern([2, 2], 3)), ['-0.500000', '0.471543', '0.443085', '0.414628']);
});

test('many small numbers are added without loss', () => {
  const ones = tf.fill([2 ** 12, 2 ** 12], 0.1);
  // Float32 addition would stop at 2^21, where 0.1 is less than half the distance to the next number.
  assert.is(Math.round(sumOfMagnitudes([ones, tf.neg(ones)])), Math.round(0.2 * 2 ** 24));
  ones.dispose();
});

test('operations leave no tensor behind, and a part that is not there is told', () => {
  const x = tf.tensor1d([1, -2]);
  const before = tf.memory().numTensors;
  const prepared = operations({ double: () => [tf.mul(x, 2), tf.add(x, x)] });
  assert.is(prepared.check('double'), 12);
  void prepared.run('double', 3);
  assert.is(tf.memory().numTensors, before);
  assert.throws(() => prepared.check('triple'), /no part triple/);
});

test.run();

import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { accumulate } from './accumulate.js';

const values = (tensor: tf.Tensor) => [...tensor.dataSync()];

onEveryEngine('accumulate', (test, engine) => {
  const inPlace = engine === 'torch';

  test('the sum of two tensors, both taken over', () => {
    const before = tf.memory().numTensors;
    const [a, b] = [tf.tensor1d([1, 2]), tf.tensor1d([10, 20])];
    const sum = accumulate(a, b);
    assert.equal(values(sum), [11, 22]);
    assert.is(sum === a, inPlace);
    assert.is(tf.memory().numTensors, before + 1);
    sum.dispose();
  });

  test('data that a clone, a reshape or a variable shares is not overwritten', () => {
    for (const share of [
      (x: tf.Tensor) => tf.clone(x),
      (x: tf.Tensor) => tf.reshape(x, [2, 1]),
      (x: tf.Tensor) => tf.variable(x),
    ]) {
      const [a, b] = [tf.tensor1d([1, 2]), tf.tensor1d([10, 20])];
      const shared = share(a);
      const sum = accumulate(a, b);
      assert.equal(values(sum), [11, 22]);
      assert.equal(values(shared), [1, 2]);
      // Addition commutes: the other one could be added into.
      assert.is(sum === b, inPlace);
      tf.dispose([sum, shared]);
    }
  });

  test('where both share their data, even with each other, the sum is a new tensor', () => {
    const before = tf.memory().numTensors;
    const x = tf.tensor1d([1, 2]);
    const sum = accumulate(tf.clone(x), tf.clone(x));
    assert.equal(values(sum), [2, 4]);
    assert.equal(values(x), [1, 2]);
    const [a, b] = [tf.reshape(sum, [2]), tf.reshape(sum, [1, 2])];
    sum.dispose();
    const flat = tf.reshape(b, [2]);
    b.dispose();
    const twice = accumulate(a, flat);
    assert.equal(values(twice), [4, 8]);
    tf.dispose([x, twice]);
    assert.is(tf.memory().numTensors, before);
  });

  test('data seen under another shape before is overwritten there too', () => {
    const a = tf.tensor2d([[1], [2]]);
    // On the torch engine the data then has a second native tensor, of this shape.
    const row = tf.reshape(a, [2]);
    tf.add(row, 1).dispose();
    a.dispose();
    const sum = accumulate(row, tf.tensor1d([10, 20]));
    assert.equal(values(sum), [11, 22]);
    assert.equal(values(tf.reshape(sum, [2, 1])), [11, 22]);
  });
});

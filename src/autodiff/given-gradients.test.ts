import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { valueAndGrads, withGradients, withoutRecording } from './index.js';

onEveryEngine('a scalar with given gradients', (test) => {
  test('the way back goes on from them, whatever the scalar was computed from', () => {
    const x = tf.tensor1d([1, 2]);
    const y = tf.scalar(3);
    const before = tf.memory().numTensors;
    const { value, grads } = valueAndGrads(() => {
      const square = tf.square(x);
      const given = withoutRecording(() => withGradients(tf.scalar(7), [], []));
      const loss = withGradients(given, [square, y], [tf.tensor1d([10, 100]), tf.scalar(5)]);
      return tf.mul(loss, 2);
    }, [x, y]);
    assert.is(value.dataSync()[0], 14);
    // 2 for the factor, 2x for the square.
    assert.equal([...grads[0]!.dataSync()], [40, 800]);
    assert.is(grads[1]!.dataSync()[0], 10);
    tf.dispose([value, ...grads]);
    assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
    tf.dispose([x, y]);
  });

  test('where nothing is recorded it is a copy', () => {
    tf.tidy(() => {
      const value = tf.scalar(3);
      const copy = withGradients(value, [value], [tf.scalar(1)]);
      assert.is.not(copy, value);
      assert.is(copy.dataSync()[0], 3);
    });
  });

  test('gradients of other shapes are refused', () => {
    tf.tidy(() => {
      assert.throws(
        () => withGradients(tf.scalar(0), [tf.zeros([2])], [tf.zeros([3])]),
        'expected a gradient for each x, shaped [2], found [3]',
      );
    });
  });
});

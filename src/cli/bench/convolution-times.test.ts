import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../autodiff/index.js';
import { selectEngine } from '../../engine/index.js';
import { convolutionTimes } from './convolution-times.js';

const test = suite('the convolutions of a step');

test.before(async () => {
  await selectEngine('cpu');
});

test('counts calls and work of the forward convolution and of both gradients', async () => {
  const x = tf.ones<tf.Rank.R4>([2, 6, 6, 3]);
  const filter = tf.ones<tf.Rank.R4>([3, 3, 3, 5]);
  const step = () => {
    const { value, grads } = valueAndGrads(() => tf.sum(tf.conv2d(x, filter, 2, 'same')), [x, filter]);
    tf.dispose([value, ...grads]);
  };
  const times = await convolutionTimes(() => {
    step();
    step();
  });
  // Twice, 2·3·3 output positions of 5 channels, each a sum over 3·3·3 products.
  const flop = 2 * 2 * (2 * 3 * 3 * 5) * (3 * 3 * 3);
  assert.equal(times.map(({ kernel, calls, flop: found }) => [kernel, calls, found]).sort(), [
    ['Conv2D', 2, flop],
    ['Conv2DBackpropFilter', 2, flop],
    ['Conv2DBackpropInput', 2, flop],
  ]);
  assert.ok(times.every(({ seconds }) => seconds > 0));
});

test('the kernels are as they were before, also when the step fails', async () => {
  const before = tf.getKernel('Conv2D', 'cpu').kernelFunc;
  try {
    await convolutionTimes(() => {
      assert.is.not(tf.getKernel('Conv2D', 'cpu').kernelFunc, before);
      throw new Error('the step fails');
    });
    assert.unreachable('should have thrown');
  } catch (error) {
    assert.is((error as Error).message, 'the step fails');
  }
  assert.is(tf.getKernel('Conv2D', 'cpu').kernelFunc, before);
});

test.run();

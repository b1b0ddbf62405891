import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import {
  assertClose,
  fillByHash,
  GRADIENT_TOLERANCE,
  OUTPUT_TOLERANCE,
  published,
  toTensor,
} from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { readGolden } from '../../test/support/golden.js';
import { valueAndGrads } from '../autodiff/index.js';
import { RandomStreams } from '../random/index.js';
import { BatchNorm2d } from './index.js';

onEveryEngine('BatchNorm2d', (test) => {
  test("values, gradients and running statistics are PyTorch's, in training and in evaluation", () => {
    const golden = readGolden('../losses/batch_norm');
    const norm = new BatchNorm2d(5);
    fillByHash(norm);
    const before = tf.memory().numTensors;
    for (const call of ['first', 'second', 'evaluation']) {
      norm.train(call !== 'evaluation');
      const x = toTensor(golden.get(`${call}.in.x`)) as tf.Tensor4D;
      const dy = toTensor(golden.get(`${call}.in.dy`));
      const parameters = norm.trainableParameters();
      let y: tf.Tensor | undefined;
      const { value, grads } = valueAndGrads(() => {
        y = tf.keep(norm.forward(x));
        return tf.sum(tf.mul(y, dy));
      }, [x, ...parameters.map(([, parameter]) => parameter.value)]);
      assertClose(published(y!), golden.floats(`${call}.out.y`), OUTPUT_TOLERANCE, `${call}.out.y`);
      ['in.x', ...parameters.map(([name]) => name)].forEach((name, i) => {
        const key = `${call}.grad.${name}`;
        assertClose(published(grads[i]!), golden.floats(key), GRADIENT_TOLERANCE, key);
      });
      for (const [name, parameter] of norm.namedParameters()) {
        if (!parameter.isBuffer) continue;
        const key = `${call}.out.${name}`;
        assertClose(published(parameter.value), golden.floats(key), OUTPUT_TOLERANCE, key);
      }
      tf.dispose([x, dy, y!, value, ...grads]);
    }
    assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
    norm.dispose();
  });

  test('the running variance is the unbiased one, a tenth of it for each call', () => {
    const norm = new BatchNorm2d(1).initialize(new RandomStreams(0));
    norm.forward(tf.tensor4d([1, 2, 3, 6], [1, 2, 2, 1]));
    const state = norm.stateDict();
    const value = (name: string) => Number(state.get(name)?.data[0]);
    assertClose([value('running_mean')], [0.3], 1e-6, 'mean 3');
    assertClose([value('running_var')], [0.9 + 0.1 * (14 / 3)], 1e-6, 'variance 14 / 3');
    assert.is(value('num_batches_tracked'), 1);
    norm.eval().forward(tf.ones([1, 2, 2, 1]));
    assert.is(Number(norm.stateDict().get('num_batches_tracked')?.data[0]), 1, 'evaluation moves nothing');
  });

  test('a single value has no variance', () => {
    const norm = new BatchNorm2d(2).initialize(new RandomStreams(0));
    assert.throws(() => norm.forward(tf.ones([1, 1, 1, 2])), /more than one value per channel, found \[1, 1, 1, 2\]/);
    assert.equal(norm.eval().forward(tf.ones([1, 1, 1, 2])).shape, [1, 1, 1, 2]);
  });
});

import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { valueAndGrads } from '../autodiff/index.js';
import { adaptiveWeight, adoptWeight, hingeDLoss, measurePerplexity, vanillaDLoss } from './index.js';

onEveryEngine('parts of the adversarial losses', (test) => {
  const real = () => tf.tensor4d([2, 1, 0.5, -1], [2, 2, 1, 1]);
  const fake = () => tf.tensor4d([-2, -1, 0, 3], [2, 2, 1, 1]);
  const lossAndGradients = (loss: typeof hingeDLoss) => {
    const logits = [real(), fake()] as const;
    const { value, grads } = valueAndGrads(() => loss(...logits), logits);
    return [value, ...grads].map((tensor) => tensor.dataSync());
  };

  test('the hinge loss asks for a margin of 1 and for no more', () => {
    const [loss, ofReal, ofFake] = lossAndGradients(hingeDLoss);
    assertClose(loss!, [0.5 * (2.5 / 4 + 5 / 4)], 1e-6, 'loss');
    assertClose(ofReal!, [0, 0, -1 / 8, -1 / 8], 1e-6, 'real');
    assertClose(ofFake!, [0, 0, 1 / 8, 1 / 8], 1e-6, 'fake');
  });

  test('the vanilla loss is the binary cross-entropy', () => {
    const [loss, ofReal, ofFake] = lossAndGradients(vanillaDLoss);
    // torch.nn.functional.softplus
    assertClose(
      loss!,
      [0.5 * ((0.126928 + 0.313262 + 0.474077 + 1.313262) / 4 + (0.126928 + 0.313262 + 0.693147 + 3.048587) / 4)],
      1e-5,
      'loss',
    );
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    assertClose(
      ofReal!,
      [2, 1, 0.5, -1].map((x) => -sigmoid(-x) / 8),
      1e-5,
      'real',
    );
    assertClose(
      ofFake!,
      [-2, -1, 0, 3].map((x) => sigmoid(x) / 8),
      1e-5,
      'fake',
    );
  });

  test('the adaptive weight is the ratio of the norms, at most 10,000', () => {
    const weight = (a: number[], b: number[]) => adaptiveWeight(tf.tensor1d(a), tf.tensor1d(b)).dataSync()[0]!;
    assertClose([weight([3, 4], [0, 2])], [5 / 2.0001], 1e-6, 'weight');
    assert.is(weight([3, 4], [0, 0]), 1e4);
    assert.is(weight([0, 0], [0, 2]), 0);
  });

  test('perplexity: as many codes as are evenly used', () => {
    const use = (indices: number[]) => measurePerplexity(tf.tensor1d(indices, 'int32'), 4);
    assertClose([use([0, 1, 2, 3]).perplexity, use([2, 2]).perplexity], [4, 1], 1e-6, 'perplexity');
    assertClose([use([0, 0, 0, 1]).perplexity], [1.754765], 1e-6, 'perplexity');
    assert.is(use([0, 0, 0, 1]).clusterUsage, 2);
    assert.throws(() => use([4]), /index 4 is not one of 4 classes/);
  });

  test('a weight counts from its step on', () => {
    assert.equal(
      [adoptWeight(2, 9, 10), adoptWeight(2, 10, 10), adoptWeight(2, 0), adoptWeight(2, 0, 1, 0.5)],
      [0, 2, 2, 0.5],
    );
  });
});

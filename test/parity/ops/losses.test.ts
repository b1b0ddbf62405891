import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../../src/autodiff/index.js';
import { l1Loss, mseLoss, smoothL1Loss, softmaxCrossEntropy } from '../../../src/ops/index.js';
import { assertClose } from '../../support/compare.js';
import { onEveryEngine } from '../../support/engines.js';
import { assertGradients, assertSameAsComposed } from '../../support/gradients.js';

type Pair = [prediction: tf.Tensor, target: tf.Tensor];
const losses = [
  ['mseLoss', mseLoss, (a: tf.Tensor, b: tf.Tensor) => tf.squaredDifference(a, b)],
  ['l1Loss', l1Loss, (a: tf.Tensor, b: tf.Tensor) => tf.abs(tf.sub(a, b))],
  ['smoothL1Loss', smoothL1Loss, huber],
] as const;

/** As PyTorch defines it, by cases. */
function huber(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const distance = tf.abs(tf.sub(a, b));
  return tf.where(tf.less(distance, 1), tf.mul(tf.square(distance), 0.5), tf.sub(distance, 0.5));
}

onEveryEngine('losses', (test) => {
  for (const [name, loss, errorOf] of losses) {
    for (const shape of [[4], [3, 5], [2, 9, 11, 3], [3, 160, 161]]) {
      test(`${name} of [${shape.join(', ')}]: values and gradients of the composed form`, () => {
        const inner = shape.slice(1).map((_, i) => i + 1);
        assertSameAsComposed(
          (xs) => loss(...(xs as Pair)),
          (xs) => tf.mean(errorOf(...(xs as Pair))),
          [shape, shape],
          { tolerance: 2e-6 },
        );
        assertSameAsComposed(
          (xs) => loss(...(xs as Pair), { reduction: 'perSample' }),
          (xs) => tf.mean(errorOf(...(xs as Pair)), inner),
          [shape, shape],
          { tolerance: 2e-6 },
        );
      });
    }

    test(`${name} names two shapes that differ`, () => {
      const message = `${name}: expected a prediction of the target's shape [3], found [2]`;
      assert.throws(
        () => loss(tf.ones([2]), tf.ones([3])),
        (error: Error) => error.message.includes(message),
      );
    });
  }

  test('mseLoss: gradients against finite differences', () => {
    const shapes = [
      [3, 4],
      [3, 4],
    ];
    assertGradients((xs) => mseLoss(...(xs as Pair)), shapes);
    assertGradients((xs) => mseLoss(...(xs as Pair), { reduction: 'perSample' }), shapes);
  });

  test('known values', () => {
    const [prediction, target] = [tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([1, 4, 0, 4], [2, 2])];
    assert.equal([...mseLoss(prediction, target).dataSync()], [3.25]);
    assert.equal([...mseLoss(prediction, target, { reduction: 'perSample' }).dataSync()], [2, 4.5]);
    assert.equal([...l1Loss(prediction, target).dataSync()], [1.25]);
    assert.equal([...l1Loss(prediction, target, { reduction: 'perSample' }).dataSync()], [1, 1.5]);
    // Distances of 0, 2, 3 and 0.
    assert.equal([...smoothL1Loss(prediction, target, { reduction: 'perSample' }).dataSync()], [0.75, 1.25]);
    const { grads } = valueAndGrads(() => l1Loss(prediction, target), [prediction, target]);
    // The gradient where both are equal is zero, as PyTorch's.
    const expected = [0, -0.25, 0.25, 0];
    grads.forEach((gradient, i) => {
      assertClose(gradient.dataSync(), i === 0 ? expected : expected.map((value) => -value), 1e-7, `gradient ${i}`);
    });
  });

  for (const shape of [[7], [5, 10], [2, 3, 4, 130]]) {
    test(`softmaxCrossEntropy of [${shape.join(', ')}]: value and gradient of the composed form`, () => {
      const classes = shape.at(-1) ?? 0;
      const leading = shape.slice(0, -1);
      const chosen = Array.from({ length: tf.util.sizeFromShape(leading) }, (_, i) => (7 * i + 3) % classes);
      const labels = tf.tensor(chosen, leading, 'int32');
      const composed = ([logits]: tf.Tensor[]) => {
        const oneHot = tf.reshape(tf.oneHot(tf.tensor1d(chosen, 'int32'), classes), shape);
        return tf.sub(tf.logSumExp(logits as tf.Tensor, -1), tf.sum(tf.mul(logits as tf.Tensor, oneHot), -1));
      };
      const found = ([logits]: tf.Tensor[]) => softmaxCrossEntropy(logits as tf.Tensor, labels);
      assertSameAsComposed(found, composed, [shape], { tolerance: 2e-6 });
      assertGradients(found, [shape]);
    });
  }

  test('softmaxCrossEntropy of large logits does not overflow', () => {
    const labels = tf.tensor1d([0, 1], 'int32');
    const loss = softmaxCrossEntropy(tf.tensor2d([500, -500, 500, -500], [2, 2]), labels);
    assertClose(loss.dataSync(), [0, 1000], 1e-6, 'cross-entropy');
  });

  test('softmaxCrossEntropy refuses labels that are no class', () => {
    for (const label of [-1, 3]) {
      const labels = tf.tensor1d([0, label], 'int32');
      assert.throws(() => softmaxCrossEntropy(tf.ones([2, 3]), labels), `label ${label} is not one of 3 classes`);
    }
    assert.throws(() => softmaxCrossEntropy(tf.ones([2, 3]), tf.ones([2])), /int32 labels \[\.\.\.\], found float32/);
  });
});

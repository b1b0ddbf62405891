import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import { SoftmaxCrossEntropy, SoftmaxCrossEntropyGrad } from '../kernels/index.js';
import { hasNativeKernel, runNativeForFirst } from '../native.js';

tf.registerGradient({
  kernelName: SoftmaxCrossEntropy,
  inputsToSave: ['logits', 'labels'],
  outputsToSave: [false, true],
  gradFunc: (dy, saved) => {
    const [logits, labels, logSumExp] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    const inputs = { dy: (dy as tf.Tensor[])[0] as tf.Tensor, logits, labels, logSumExp };
    return { logits: () => runNativeForFirst(SoftmaxCrossEntropyGrad, inputs) };
  },
});

/**
 * The cross-entropy of the softmax over the last axis with one class each, `log(sum_k e^logits[k]) - logits[label]`.
 *
 * @param logits `[..., classes]`
 * @param labels int32 `[...]`, in `[0, classes)`
 * @returns the loss of each label, `[...]`
 * @throws ShapeError when the shapes do not go together
 * @throws RangeError, or EngineError from the native form, for a label that is no class
 */
export function softmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  if (logits.rank < 1 || !tf.util.arraysEqual(labels.shape, logits.shape.slice(0, -1)) || labels.dtype !== 'int32') {
    const found = [logits, labels].map(({ dtype, shape }) => `${dtype} [${shape.join(', ')}]`);
    throw new ShapeError('softmaxCrossEntropy', 'logits [..., classes] and int32 labels [...]', found.join(', '));
  }
  if (hasNativeKernel(SoftmaxCrossEntropy)) return runNativeForFirst(SoftmaxCrossEntropy, { logits, labels });
  const classes = logits.shape[logits.rank - 1] ?? 0;
  for (const label of labels.dataSync()) {
    if (label < 0 || label >= classes) {
      throw new RangeError(`softmaxCrossEntropy: label ${label} is not one of ${classes} classes`);
    }
  }
  return tf.tidy(() => {
    const chosen = tf.mul(tf.logSoftmax(logits), tf.oneHot(labels, classes, 1, 0, 'float32'));
    return tf.neg(tf.sum(chosen, -1));
  });
}

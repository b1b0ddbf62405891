import * as tf from '@tensorflow/tfjs-core';
import { isRecording, recordNode, withoutRecording } from './tape.js';
import { byPosition, shapesOf } from './tensor-lists.js';

/**
 * A copy of a scalar with gradients that were taken apart: what is recorded is that its gradient with respect to `xs[i]`
 * is `gradients[i]`, whatever the scalar was computed from. By it a loss that is put together of several gradients, such
 * as an adversarial one with an adaptive weight, is a scalar like any other, and the network behind `xs` has one
 * backward pass.
 *
 * @param gradients of the shapes of `xs`; not disposed
 * @throws RangeError unless there is one of its shape for each x
 */
export function withGradients(value: tf.Scalar, xs: readonly tf.Tensor[], gradients: readonly tf.Tensor[]): tf.Scalar {
  if (shapesOf(xs) !== shapesOf(gradients)) {
    throw new RangeError(`expected a gradient for each x, shaped ${shapesOf(xs)}, found ${shapesOf(gradients)}`);
  }
  const output = withoutRecording(() => tf.clone(value));
  if (!isRecording()) return output;
  const saved = withoutRecording(() => gradients.map((gradient) => tf.keep(tf.clone(gradient))));
  recordNode({
    kernelName: 'WithGradients',
    inputs: byPosition(xs),
    outputs: [output],
    saved,
    gradient: ([dy]) =>
      Object.fromEntries(saved.map((gradient, i) => [String(i), () => tf.mul(gradient, dy as tf.Scalar)])),
  });
  return output;
}

import * as tf from '@tensorflow/tfjs-core';
import { isRecording, recordNode, withoutRecording } from './tape.js';

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
  const shapes = (tensors: readonly tf.Tensor[]) => tensors.map(({ shape }) => `[${shape.join(', ')}]`).join(', ');
  if (shapes(xs) !== shapes(gradients)) {
    throw new RangeError(`expected a gradient for each x, shaped ${shapes(xs)}, found ${shapes(gradients)}`);
  }
  const output = withoutRecording(() => tf.clone(value));
  if (!isRecording()) return output;
  const saved = withoutRecording(() => gradients.map((gradient) => tf.keep(tf.clone(gradient))));
  recordNode({
    kernelName: 'WithGradients',
    inputs: Object.fromEntries(xs.map((x, i) => [String(i), x])),
    outputs: [output],
    saved,
    gradient: ([dy]) =>
      Object.fromEntries(saved.map((gradient, i) => [String(i), () => tf.mul(gradient, dy as tf.Scalar)])),
  });
  return output;
}

import * as tf from '@tensorflow/tfjs-core';

export interface ClipOptions {
  /** The bound. */
  readonly value: number;
  /** `norm`: of all gradients together; `value`: of each number. */
  readonly algorithm: 'norm' | 'value';
}

/** Keeps the norm from dividing by zero, as PyTorch's `clip_grad_norm_` has it. */
const EPSILON = 1e-6;

/**
 * The gradients within a bound, as PyTorch's `clip_grad_norm_` (L2: `g · min(1, value / (‖g‖ + 1e-6))` over all of them)
 * and `clip_grad_value_` have them. The caller owns what it gave and what it gets.
 */
export function clipGradients(gradients: readonly tf.Tensor[], { value, algorithm }: ClipOptions): tf.Tensor[] {
  return tf.tidy(() => {
    if (algorithm === 'value') return gradients.map((gradient) => tf.clipByValue(gradient, -value, value));
    const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
    const norm = tf.sqrt(tf.addN(squares));
    const scale = tf.minimum(tf.div(value, tf.add(norm, EPSILON)), 1);
    return gradients.map((gradient) => tf.mul(gradient, scale));
  });
}

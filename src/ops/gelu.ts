import * as tf from '@tensorflow/tfjs-core';
import { Gelu, GeluGrad, type GeluAttrs } from './kernels/index.js';
import { hasNativeKernel, runNativeForFirst } from './native.js';

export interface GeluOptions {
  /** `tanh` for the approximation that some published networks were trained with; `none` is exact. */
  readonly approximate?: 'none' | 'tanh';
}

tf.registerGradient({
  kernelName: Gelu,
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved as [tf.Tensor];
    return { x: () => runNativeForFirst(GeluGrad, { dy: dy as tf.Tensor, x }, attrs) };
  },
});

/**
 * Gaussian error linear unit, `x * Phi(x)` with the standard normal distribution function `Phi`, or with its
 * approximation by tanh (Hendrycks and Gimpel 2016, section 2); same shape as `x`.
 */
export function gelu<T extends tf.Tensor>(x: T, { approximate = 'none' }: GeluOptions = {}): T {
  if (hasNativeKernel(Gelu)) return runNativeForFirst(Gelu, { x }, { approximate } satisfies GeluAttrs) as T;
  return tf.tidy(() => {
    const inner =
      approximate === 'tanh'
        ? tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(x, tf.square(x)), 0.044715)), Math.sqrt(2 / Math.PI)))
        : tf.erf(tf.mul(x, Math.SQRT1_2));
    return tf.mul(tf.mul(x, 0.5), tf.add(inner, 1));
  });
}

import * as tf from '@tensorflow/tfjs-core';
import { LeakyReluGrad, type LeakyReluGradAttrs } from './kernels/index.js';
import { hasNativeKernel, runNativeForFirst } from './native.js';

tf.registerGradient({
  kernelName: LeakyReluGrad,
  inputsToSave: ['y'],
  gradFunc: (ddx, saved, attrs) => {
    const [y] = saved as [tf.Tensor];
    const { alpha } = attrs as unknown as LeakyReluGradAttrs;
    return { dy: () => gradient(ddx as tf.Tensor, y, alpha), y: () => tf.zerosLike(y) };
  },
});

/** The rectified linear unit, `max(x, 0)`; see leakyRelu. */
export function relu<T extends tf.Tensor>(x: T): T {
  return rectified(x, 0);
}

/**
 * `x` where it is positive, else `alpha x` (Maas et al. 2013). Its gradient keeps the result, which what comes after
 * mostly keeps anyway, and is taken in one pass.
 *
 * @param alpha at least 0: the result then has the sign of `x`
 */
export function leakyRelu<T extends tf.Tensor>(x: T, alpha: number): T {
  return rectified(x, alpha);
}

function rectified<T extends tf.Tensor>(x: T, alpha: number): T {
  const f = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    const value = alpha === 0 ? tf.relu(input) : tf.leakyRelu(input, alpha);
    save([value]);
    return { value, gradFunc: (dy: tf.Tensor, [y = value]: tf.Tensor[]) => gradient(dy, y, alpha) };
  });
  return tf.tidy(() => f(x)) as T;
}

function gradient(dy: tf.Tensor, y: tf.Tensor, alpha: number): tf.Tensor {
  if (hasNativeKernel(LeakyReluGrad)) return runNativeForFirst(LeakyReluGrad, { dy, y }, { alpha });
  return tf.where(tf.greater(y, 0), dy, tf.mul(dy, alpha));
}

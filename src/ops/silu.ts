import * as tf from '@tensorflow/tfjs-core';
import { Silu, SiluGrad } from './kernels/index.js';
import { hasNativeKernel, runNativeForFirst } from './native.js';

tf.registerGradient({
  kernelName: Silu,
  inputsToSave: ['x'],
  gradFunc: (dy, saved) => {
    const [x] = saved as [tf.Tensor];
    return { x: () => runNativeForFirst(SiluGrad, { dy: dy as tf.Tensor, x }) };
  },
});

/** Sigmoid-weighted linear unit, `x * sigmoid(x)` (Elfwing et al. 2017); same shape as `x`. */
export function silu<T extends tf.Tensor>(x: T): T {
  if (hasNativeKernel(Silu)) return runNativeForFirst(Silu, { x }) as T;
  return tf.tidy(() => tf.mul(x, tf.sigmoid(x)));
}

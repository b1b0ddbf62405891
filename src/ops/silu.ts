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

/** Its gradient keeps only `x`. */
const composed = tf.customGrad((...args) => {
  const [x, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
  save([x]);
  return {
    value: tf.mul(x, tf.sigmoid(x)),
    gradFunc: (dy: tf.Tensor, [saved = x]: tf.Tensor[]) => {
      const sigmoid = tf.sigmoid(saved);
      return tf.mul(dy, tf.mul(sigmoid, tf.add(tf.mul(saved, tf.sub(1, sigmoid)), 1)));
    },
  };
});

/** Sigmoid-weighted linear unit, `x * sigmoid(x)` (Elfwing et al. 2017); same shape as `x`. */
export function silu<T extends tf.Tensor>(x: T): T {
  return (hasNativeKernel(Silu) ? runNativeForFirst(Silu, { x }) : composed(x)) as T;
}

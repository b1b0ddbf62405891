import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { GroupNorm, GroupNormGrad, type GroupNormAttrs } from './kernels/index.js';
import { hasNativeKernel, runNative } from './native.js';
import { setRematerialization } from './rematerialize.js';
import { silu } from './silu.js';

export interface GroupNormOptions {
  readonly numGroups: number;
  readonly epsilon?: number;
  readonly activation?: 'linear' | 'silu';
}

tf.registerGradient({
  kernelName: GroupNorm,
  inputsToSave: ['x', 'gamma', 'beta'],
  outputsToSave: [false, true, true],
  gradFunc: (dy, saved, attrs) => {
    const [x, gamma, beta, mean, rstd] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    // Three outputs, so three dys: those of mean and rstd, statistics kept for this function only, are not used.
    const [dx, dgamma, dbeta] = runNative(
      GroupNormGrad,
      { dy: (dy as tf.Tensor[])[0] as tf.Tensor, x, gamma, beta, mean, rstd },
      attrs,
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
  },
});

/**
 * Group normalization over channel groups of the last axis, with an optional SiLU (Wu and He 2018, eq. 1-5).
 * Statistics are taken per sample and group over all axes between the first and the last.
 *
 * @param x `[N, ..., C]`
 * @param gamma scale, `[C]`
 * @param beta offset, `[C]`
 * @returns the shape of `x`
 * @throws ShapeError when `C` is not divisible by `numGroups`
 */
export function groupNorm<R extends tf.Rank>(
  x: tf.Tensor<R>,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  { numGroups, epsilon = 1e-5, activation = 'linear' }: GroupNormOptions,
): tf.Tensor<R> {
  const channels = x.shape[x.rank - 1] ?? 0;
  if (x.rank < 2 || channels % numGroups !== 0) {
    throw new ShapeError('groupNorm', `[N, ..., C] with C divisible by ${numGroups} groups`, `[${x.shape.join(', ')}]`);
  }
  if (hasNativeKernel(GroupNorm)) {
    const attrs: GroupNormAttrs = { numGroups, epsilon, activation };
    // The statistics are for the gradient, which keeps them itself.
    return tf.tidy(() => {
      const normalize = (inputs: Record<'x' | 'gamma' | 'beta', tf.Tensor>) =>
        runNative(GroupNorm, inputs, attrs)[0] as tf.Tensor<R>;
      const y = normalize({ x, gamma, beta });
      setRematerialization(y, (saved) => {
        const [savedX, savedGamma, savedBeta] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        return normalize({ x: savedX, gamma: savedGamma, beta: savedBeta });
      });
      return y;
    });
  }
  return tf.tidy(() => {
    const grouped = tf.reshape(x, [x.shape[0], -1, numGroups, channels / numGroups]);
    const { mean, variance } = tf.moments(grouped, [1, 3], true);
    const normalized = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, epsilon)));
    const y = tf.add(tf.mul(tf.reshape(normalized, x.shape), gamma), beta);
    return (activation === 'silu' ? silu(y) : y) as tf.Tensor<R>;
  });
}

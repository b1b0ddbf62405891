import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { LayerNorm, LayerNormGrad, type LayerNormAttrs } from './kernels/index.js';
import { hasNativeKernel, runNative, runNativeForFirst } from './native.js';

export interface LayerNormOptions {
  readonly epsilon?: number;
}

tf.registerGradient({
  kernelName: LayerNorm,
  inputsToSave: ['x', 'gamma'],
  outputsToSave: [false, true, true],
  gradFunc: (dy, saved) => {
    const [x, gamma, mean, rstd] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    // Of mean and rstd, statistics kept for this function only, no gradient is taken.
    const inputs = { dy: (dy as tf.Tensor[])[0] as tf.Tensor, x, gamma, mean, rstd };
    const [dx, dgamma, dbeta] = runNative(LayerNormGrad, inputs) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
  },
});

/**
 * Layer normalization over the last axis (Ba et al. 2016, eq. 4), with PyTorch's defaults.
 *
 * @param x `[..., C]`
 * @param gamma scale, `[C]`
 * @param beta offset, `[C]`
 * @returns the shape of `x`
 * @throws ShapeError when gamma or beta do not have one value for each channel
 */
export function layerNorm<R extends tf.Rank>(
  x: tf.Tensor<R>,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  { epsilon = 1e-5 }: LayerNormOptions = {},
): tf.Tensor<R> {
  const channels = x.shape.slice(-1);
  for (const parameter of [gamma, beta]) {
    if (x.rank < 1 || !tf.util.arraysEqual(parameter.shape, channels)) {
      const shapes = [x, gamma, beta].map(({ shape }) => `[${shape.join(', ')}]`);
      throw new ShapeError('layerNorm', '[..., C], [C] and [C]', shapes.join(', '));
    }
  }
  if (hasNativeKernel(LayerNorm)) {
    const attrs: LayerNormAttrs = { epsilon };
    return runNativeForFirst(LayerNorm, { x, gamma, beta }, attrs) as tf.Tensor<R>;
  }
  return tf.tidy(() => {
    const { mean, variance } = tf.moments(x, -1, true);
    const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add<tf.Tensor<R>>(tf.mul(normalized, gamma), beta);
  });
}

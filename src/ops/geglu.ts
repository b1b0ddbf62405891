import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { gelu } from './gelu.js';
import { Geglu, GegluGrad } from './kernels/index.js';
import { hasNativeKernel, runNativeForFirst } from './native.js';

tf.registerGradient({
  kernelName: Geglu,
  inputsToSave: ['x'],
  gradFunc: (dy, saved) => {
    const [x] = saved as [tf.Tensor];
    return { x: () => runNativeForFirst(GegluGrad, { dy: dy as tf.Tensor, x }) };
  },
});

/**
 * GELU-gated linear unit, `value * GELU(gate)` (Shazeer 2020, eq. 6), without the linear map before it.
 *
 * @param x values, then as many gates, along the last axis: `[..., 2d]`
 * @returns `[..., d]`
 * @throws ShapeError when the last axis is odd
 */
export function geglu<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
  if (x.rank < 1 || (x.shape[x.rank - 1] ?? 0) % 2 !== 0) {
    throw new ShapeError('geglu', 'an even last axis, values and then gates', `[${x.shape.join(', ')}]`);
  }
  if (hasNativeKernel(Geglu)) return runNativeForFirst(Geglu, { x }) as tf.Tensor<R>;
  return tf.tidy(() => {
    const [value, gate] = tf.split(x, 2, -1) as [tf.Tensor<R>, tf.Tensor<R>];
    return tf.mul<tf.Tensor<R>>(value, gelu(gate));
  });
}

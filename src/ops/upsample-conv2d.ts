import * as tf from '@tensorflow/tfjs-core';
import { UpsampleConv2d, UpsampleConv2dGrad } from './kernels/index.js';
import { hasNativeKernel, runNative, runNativeForFirst } from './native.js';
import { upsampleNearest } from './upsample-nearest.js';

tf.registerGradient({
  kernelName: UpsampleConv2d,
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, saved) => {
    const [x, filter] = saved as [tf.Tensor, tf.Tensor];
    const gradients = runNative(UpsampleConv2dGrad, { dy: dy as tf.Tensor, x, filter });
    const [dx, dfilter, dbias] = gradients as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, filter: () => dfilter, bias: () => dbias };
  },
});

/**
 * Doubles height and width by nearest neighbour, then convolves with stride 1 and padding 1.
 * The native form does not make the enlarged image: with every pixel there twice, 9 multiplications give the 2x2 output
 * pixels that take 36 otherwise (Winograd's minimal filtering, Lavin and Gray 2016, of which 7 products vanish).
 *
 * @param x `[N, H, W, I]`
 * @param filter `[3, 3, I, O]`
 * @param bias `[O]`
 * @returns `[N, 2H, 2W, O]`
 */
export function upsampleConv2d(x: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor): tf.Tensor4D {
  if (hasNativeKernel(UpsampleConv2d)) return runNativeForFirst(UpsampleConv2d, { x, filter, bias }) as tf.Tensor4D;
  return tf.tidy(() => tf.fused.conv2d({ x: upsampleNearest(x), filter, bias, strides: 1, pad: 1 }));
}

import * as tf from '@tensorflow/tfjs-core';
import { runNative } from './native.js';

export interface Conv2dGeometry {
  readonly strides: number;
  /** Zeros added on every side, in pixels. */
  readonly pad: number;
}

type Attrs = Conv2dGeometry & { readonly activation: string };

// tf.fused.conv2d has a gradient of its own, which saves the output as well and takes all three gradients whichever are
// asked for; tfjs registers none for the kernel.
tf.registerGradient({
  kernelName: tf.FusedConv2D,
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, saved, attrs) => {
    const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
    const { strides, pad, activation } = attrs as unknown as Attrs;
    if (activation !== 'linear') throw new Error(`FusedConv2D with ${activation} has no gradient`);
    const geometry = { strides, pad, dataFormat: 'NHWC' };
    return {
      x: () =>
        runNative(tf.Conv2DBackpropInput, { dy: dy as tf.Tensor, filter }, { ...geometry, inputShape: x.shape })[0],
      filter: () =>
        runNative(tf.Conv2DBackpropFilter, { x, dy: dy as tf.Tensor }, { ...geometry, filterShape: filter.shape })[0],
      bias: () => tf.sum(dy as tf.Tensor, [0, 1, 2]),
    } as Record<string, () => tf.Tensor>;
  },
});

/**
 * 2-D convolution, with a bias where one is given; its gradient keeps `x` and `filter`, each only where the other's gradient is taken.
 *
 * @param x `[N, H, W, inChannels]`
 * @param filter `[height, width, inChannels, outChannels]`
 * @param bias `[outChannels]`
 * @returns `[N, H', W', outChannels]`
 */
export function conv2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  bias: tf.Tensor | undefined,
  { strides, pad }: Conv2dGeometry,
): tf.Tensor4D {
  if (!bias) return tf.conv2d(x, filter, strides, pad);
  const attrs = { strides, pad, dataFormat: 'NHWC', dilations: 1, activation: 'linear' };
  return runNative(tf.FusedConv2D, { x, filter, bias }, attrs)[0] as tf.Tensor4D;
}

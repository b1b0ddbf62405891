import * as tf from '@tensorflow/tfjs-core';
import { runNative } from './native.js';

/** Zeros added, in pixels: above and below, then left and right; nothing to images and channels. */
export type ExplicitPadding = [[0, 0], [top: number, bottom: number], [left: number, right: number], [0, 0]];

export interface Conv2dGeometry {
  readonly strides: number;
  /** Zeros added, in pixels: on every side, above and below and left and right, or on each side. */
  readonly pad: number | readonly [height: number, width: number] | ExplicitPadding;
}

type Attrs = { readonly strides: number; readonly pad: tf.Conv2DAttrs['pad']; readonly activation: string };

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
 * 2-D convolution, with a bias where one is given; its gradient keeps `x` and `filter`, each only where the other's
 * gradient is taken.
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
  if (!bias) return tf.conv2d(x, filter, strides, paddings(pad));
  const attrs = { strides, pad: paddings(pad), dataFormat: 'NHWC', dilations: 1, activation: 'linear' };
  return runNative(tf.FusedConv2D, { x, filter, bias }, attrs)[0] as tf.Tensor4D;
}

/** The padding as tfjs states it. */
function paddings(pad: Conv2dGeometry['pad']): Attrs['pad'] {
  if (typeof pad === 'number' || pad.length === 4) return pad;
  const [height, width] = pad;
  return [
    [0, 0],
    [height, height],
    [width, width],
    [0, 0],
  ];
}

import * as tf from '@tensorflow/tfjs-core';

/** How a weight is held here and how PyTorch publishes it. */
export interface WeightLayout {
  /** The shape of the held weight as published. */
  readonly publishedShape: (shape: readonly number[]) => number[];
  readonly toPublished: (held: tf.Tensor) => tf.Tensor;
  /** `shape` is the held one. */
  readonly fromPublished: (published: tf.Tensor, shape: readonly number[]) => tf.Tensor;
}

/** Held as published: vectors, embeddings, and linear weights `[out, in]`. */
export const asPublished: WeightLayout = {
  publishedShape: (shape) => [...shape],
  toPublished: (held) => held.clone(),
  fromPublished: (published) => published.clone(),
};

/** Convolution filters: HWIO here, OIHW published. */
export const hwio: WeightLayout = {
  publishedShape: ([h = 0, w = 0, i = 0, o = 0]) => [o, i, h, w],
  toPublished: (held) => tf.transpose(held, [3, 2, 0, 1]),
  fromPublished: (published) => tf.transpose(published, [2, 3, 1, 0]),
};

/** A 1-D convolution of width 1: a linear weight `[out, in]` here, `[out, in, 1]` published. */
export const pointwise: WeightLayout = {
  publishedShape: (shape) => [...shape, 1],
  toPublished: (held) => tf.reshape(held, [...held.shape, 1]),
  fromPublished: (published, shape) => tf.reshape(published, [...shape]),
};

/** Images as PyTorch holds them, `[N, C, H, W]`, to how tfjs does, `[N, H, W, C]`. */
export function nchwToNhwc(images: tf.Tensor): tf.Tensor4D {
  return tf.transpose(images as tf.Tensor4D, [0, 2, 3, 1]);
}

export function nhwcToNchw(images: tf.Tensor): tf.Tensor4D {
  return tf.transpose(images as tf.Tensor4D, [0, 3, 1, 2]);
}

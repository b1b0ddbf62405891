import type * as tf from '@tensorflow/tfjs-core';

/** What a network says of a noisy image `x = sqrt(alphaBar) x0 + sqrt(1 - alphaBar) eps`. */
export type Prediction = {
  /** The clean image, `[N, H, W, C]`. */
  readonly x0: tf.Tensor4D;
  /** The noise in it, `[N, H, W, C]`. */
  readonly eps: tf.Tensor4D;
};

/**
 * A trained network as a sampler sees it: what it predicts of `x [N, H, W, C]` at the one timestep of the whole batch.
 * What the network was trained to predict, its conditions and guidance are inside.
 */
export type Denoiser = (x: tf.Tensor4D, timestep: number) => Prediction;

import * as tf from '@tensorflow/tfjs-core';

/** The two parts of a noisy image `x = sqrt(alphaBar) x0 + sqrt(1 - alphaBar) eps`, as a network sees them. */
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

/** The noisy image that both make at a level of noise (Ho et al. 2020, eq. 4), `[N, H, W, C]`. */
export function atNoiseLevel({ x0, eps }: Prediction, alphaBar: number): tf.Tensor4D {
  return tf.tidy(() => tf.add(tf.mul(x0, Math.sqrt(alphaBar)), tf.mul(eps, Math.sqrt(1 - alphaBar))));
}

/**
 * Both from the noise in `x`.
 *
 * @throws RangeError where `alphaBar` is 0, for `x` is all noise there and says nothing of the image
 */
export function fromNoise(eps: tf.Tensor4D, x: tf.Tensor4D, alphaBar: number): Prediction {
  if (alphaBar === 0) {
    throw new RangeError('where alphas_cumprod is 0, predicted noise does not say the image: expected v or x0');
  }
  return { x0: tf.tidy(() => tf.div(tf.sub(x, tf.mul(eps, Math.sqrt(1 - alphaBar))), Math.sqrt(alphaBar))), eps };
}

/** Both from the clean image in `x`; `alphaBar` below 1. */
export function fromImage(x0: tf.Tensor4D, x: tf.Tensor4D, alphaBar: number): Prediction {
  return { x0, eps: tf.tidy(() => tf.div(tf.sub(x, tf.mul(x0, Math.sqrt(alphaBar))), Math.sqrt(1 - alphaBar))) };
}

/**
 * Both from the velocity `v = sqrt(alphaBar) eps - sqrt(1 - alphaBar) x0` (Salimans and Ho 2022, appendix D): a rotation,
 * which can be undone at every level of noise.
 */
export function fromVelocity(v: tf.Tensor4D, x: tf.Tensor4D, alphaBar: number): Prediction {
  const signal = Math.sqrt(alphaBar);
  const deviation = Math.sqrt(1 - alphaBar);
  return tf.tidy(() => ({
    x0: tf.sub<tf.Tensor4D>(tf.mul(x, signal), tf.mul(v, deviation)),
    eps: tf.add<tf.Tensor4D>(tf.mul(v, signal), tf.mul(x, deviation)),
  }));
}

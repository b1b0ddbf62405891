import * as tf from '@tensorflow/tfjs-core';

/** What a discriminator is trained on, of its logits for real and for reconstructed images, of any shape. */
export type DiscriminatorLoss = (real: tf.Tensor, fake: tf.Tensor) => tf.Scalar;

/** Half the mean of `max(0, 1 - real)` plus that of `max(0, 1 + fake)` (Lim and Ye 2017): zero beyond a margin of 1. */
export const hingeDLoss: DiscriminatorLoss = (real, fake) =>
  tf.tidy(() => halfSum(tf.relu(tf.sub(1, real)), tf.relu(tf.add(1, fake))));

/** Half the mean of `-log sigmoid(real)` plus that of `-log(1 - sigmoid(fake))` (Goodfellow et al. 2014, equation 1). */
export const vanillaDLoss: DiscriminatorLoss = (real, fake) =>
  tf.tidy(() => halfSum(tf.softplus(tf.neg(real)), tf.softplus(fake)));

export const discriminatorLosses = { hinge: hingeDLoss, vanilla: vanillaDLoss };

function halfSum(ofReal: tf.Tensor, ofFake: tf.Tensor): tf.Scalar {
  return tf.mul(0.5, tf.add(tf.mean(ofReal), tf.mean(ofFake)));
}

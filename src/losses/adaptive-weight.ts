import * as tf from '@tensorflow/tfjs-core';

const LARGEST = 1e4;

/**
 * How much the adversarial term counts, so that both terms pull equally at the decoder's last layer: the norm of the
 * reconstruction's gradient over that of the adversarial one (Esser et al. 2021, equation 7), at most 10,000.
 *
 * @param reconstruction the gradient of the reconstruction term at the last layer's weight
 * @param adversarial that of the adversarial term
 */
export function adaptiveWeight(reconstruction: tf.Tensor, adversarial: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const ratio = tf.div(tf.norm(reconstruction), tf.add(tf.norm(adversarial), 1e-4));
    return tf.clipByValue(ratio, 0, LARGEST).asScalar();
  });
}

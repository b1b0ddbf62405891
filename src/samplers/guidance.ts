import * as tf from '@tensorflow/tfjs-core';
import type { Denoiser, Prediction } from './prediction.js';
import type { NetworkOutput } from './schedulers/index.js';

/**
 * Classifier-free guidance (Ho and Salimans 2022): `u + scale (c - u)`, of the noise and of the image alike, for one is
 * affine in the other. 1 gives the conditional prediction, 0 the unconditional one, more than 1 overstates the condition.
 */
export function guided(conditional: Denoiser, unconditional: Denoiser, scale: number): Denoiser {
  return (x, timestep) => mixed(conditional(x, timestep), unconditional(x, timestep), scale);
}

/**
 * The same with one call of the network: `both` takes a batch twice as large whose first half it sees without the
 * condition, whose second half with it, `[2 N, H, W, C]`.
 */
export function guidedAtOnce(both: Denoiser, scale: number): Denoiser {
  return (x, timestep) => {
    const { x0, eps } = both(tf.concat([x, x]), timestep);
    const [unconditionalX0, conditionalX0] = tf.split(x0, 2) as [tf.Tensor4D, tf.Tensor4D];
    const [unconditionalEps, conditionalEps] = tf.split(eps, 2) as [tf.Tensor4D, tf.Tensor4D];
    return mixed({ x0: conditionalX0, eps: conditionalEps }, { x0: unconditionalX0, eps: unconditionalEps }, scale);
  };
}

/** The same of what the network says, whatever that is: `both` gives `[2 N, H, W, C]`, as for {@link guidedAtOnce}. */
export function guidedOutput(both: NetworkOutput, scale: number): NetworkOutput {
  return (x, timestep) =>
    tf.tidy(() => {
      const [unconditional, conditional] = tf.split(both(tf.concat([x, x]), timestep), 2) as [tf.Tensor4D, tf.Tensor4D];
      return mix(conditional, unconditional, scale);
    });
}

function mixed(conditional: Prediction, unconditional: Prediction, scale: number): Prediction {
  return tf.tidy(() => ({
    x0: mix(conditional.x0, unconditional.x0, scale),
    eps: mix(conditional.eps, unconditional.eps, scale),
  }));
}

function mix(conditional: tf.Tensor4D, unconditional: tf.Tensor4D, scale: number): tf.Tensor4D {
  return tf.add(unconditional, tf.mul(tf.sub(conditional, unconditional), scale));
}

import * as tf from '@tensorflow/tfjs-core';
import { Module } from './module.js';

/** Sets values to zero with the given probability in training and scales the rest up; the identity in evaluation. */
export class Dropout extends Module {
  constructor(readonly probability: number) {
    super();
    if (!(probability >= 0 && probability < 1)) {
      throw new RangeError(`Dropout: expected a probability in [0, 1), found ${probability}`);
    }
  }

  forward<T extends tf.Tensor>(x: T): T {
    if (!this.training || this.probability === 0) return x;
    return tf.tidy(() => {
      const kept = tf.greaterEqual(this.random.get('dropout').uniform(x.shape), this.probability);
      return tf.mul(x, tf.div(tf.cast(kept, 'float32'), 1 - this.probability));
    });
  }
}

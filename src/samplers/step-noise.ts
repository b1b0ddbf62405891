import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../random/index.js';

/** How the noise of each step differs from standard normal draws. */
export interface StepNoiseOptions {
  /** Its factor; 1 where absent. */
  readonly temperature?: number | undefined;
  /** The share of its values that are set to 0, the others being scaled up, in [0, 1); 0 where absent. */
  readonly noiseDropout?: number | undefined;
}

/** `x` with noise of the given standard deviation; none is drawn where that is 0. */
export function addStepNoise(
  x: tf.Tensor4D,
  {
    generator,
    deviation,
    temperature = 1,
    noiseDropout = 0,
  }: StepNoiseOptions & { generator: Generator; deviation: number },
): tf.Tensor4D {
  if (deviation === 0) return x;
  return tf.tidy(() => {
    const noise = tf.mul(generator.normal(x.shape), deviation * temperature);
    if (noiseDropout === 0) return tf.add<tf.Tensor4D>(x, noise);
    const kept = tf.cast(tf.greaterEqual(generator.uniform(x.shape), noiseDropout), 'float32');
    return tf.add<tf.Tensor4D>(x, tf.mul(noise, tf.div(kept, 1 - noiseDropout)));
  });
}

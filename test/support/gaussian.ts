import * as tf from '@tensorflow/tfjs-core';
import type { Denoiser } from '../../src/samplers/index.js';

/** Data that is normally distributed, for which everything about a diffusion is known. */
const MEAN = 0.5;
const VARIANCE = 0.25;

/** The variance of `x_t`. */
function varianceAt(alphaBar: number): number {
  return alphaBar * VARIANCE + 1 - alphaBar;
}

/** What a perfect network predicts: `E[eps | x_t]` and `E[x_0 | x_t]`. */
export function gaussianDenoiser(alphasCumprod: Float64Array): Denoiser {
  return (x, t) => {
    const { [t]: alphaBar = NaN } = alphasCumprod;
    const centred = tf.sub(x, Math.sqrt(alphaBar) * MEAN);
    return {
      eps: tf.mul(centred, Math.sqrt(1 - alphaBar) / varianceAt(alphaBar)),
      x0: tf.add(tf.mul(centred, (Math.sqrt(alphaBar) * VARIANCE) / varianceAt(alphaBar)), MEAN),
    };
  };
}

/** Where the probability-flow equation takes a value from one level of noise to another: standardized, it stays put. */
export function gaussianFlow(from: number, to: number): (x: number) => number {
  return (x) => Math.sqrt(to) * MEAN + (x - Math.sqrt(from) * MEAN) * Math.sqrt(varianceAt(to) / varianceAt(from));
}

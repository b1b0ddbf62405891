import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../random/index.js';

/** Draws a parameter's first value; the shape is the one the parameter is held in. */
export type Initializer = (shape: readonly number[], generator: Generator) => tf.Tensor;

// Not tf.zeros and tf.ones, which fill an array in the host's memory and copy it.
export const zeros: Initializer = (shape) => tf.fill([...shape], 0);
export const ones: Initializer = (shape) => tf.fill([...shape], 1);

export function normal(standardDeviation: number, mean = 0): Initializer {
  return (shape, generator) => tf.tidy(() => tf.add(tf.mul(generator.normal(shape), standardDeviation), mean));
}

/**
 * Uniform in `[-1 / sqrt(fanIn), 1 / sqrt(fanIn)]`: what PyTorch's convolutions and linear layers begin with, weight
 * and bias (Kaiming uniform with a = sqrt(5), He et al. 2015).
 */
export function fanInUniform(fanIn: number): Initializer {
  return uniformWithin(1 / Math.sqrt(fanIn));
}

/** Uniform in `[-bound, bound]`. */
export function uniformWithin(bound: number): Initializer {
  return (shape, generator) => tf.tidy(() => tf.sub(tf.mul(generator.uniform(shape), 2 * bound), bound));
}

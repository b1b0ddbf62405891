import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { toFloat32, type HostTensor } from '../../src/io/host-tensor.js';
import { fromPublished, publish, type Module } from '../../src/nn/index.js';
import { Generator, RandomStreams } from '../../src/random/index.js';
import { hashFill, sampleGradient, type Golden } from './golden.js';

/** Tolerances of the golden files: relative to the largest expected value, or absolute where that is below 1. */
export const OUTPUT_TOLERANCE = 2e-5;
export const GRADIENT_TOLERANCE = 2e-4;

export function assertClose(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.is(found.length, expected.length, `${what}: number of elements`);
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i] ?? NaN));
    const error = Math.abs((found[i] ?? NaN) - (expected[i] ?? NaN));
    difference = error <= difference ? difference : error;
  }
  const limit = tolerance * Math.max(1, largest);
  assert.ok(difference <= limit, `${what}: largest difference ${difference}, allowed ${limit}`);
}

/** Fills every weight, no buffer, as the golden files do, by the name that `published` makes of the module's own. */
export function fillByHash(module: Module, published: (name: string) => string = (name) => name): void {
  const state = new Map<string, HostTensor>();
  module.initialize(new RandomStreams(0));
  for (const [name, parameter] of module.namedParameters()) {
    if (parameter.isBuffer) continue;
    const shape = parameter.publishedShape;
    state.set(name, { dtype: 'F32', shape, data: hashFill(published(name), shape) });
  }
  module.loadStateDict(state, { strict: false });
}

/** A golden tensor on the engine, images as NHWC. */
export function toTensor(golden: HostTensor): tf.Tensor {
  return fromPublished(golden);
}

/** The values in PyTorch's order. */
export function published(tensor: tf.Tensor): Float32Array {
  return toFloat32(publish(tensor));
}

/** Holds every `grad.*` of a golden file for a module's parameters against the gradients found, in their order. */
export function assertParameterGradients(
  golden: Golden,
  module: Module,
  gradients: readonly tf.Tensor[],
  publishedName: (name: string) => string = (name) => name,
): void {
  module.trainableParameters().forEach(([name, parameter], i) => {
    const key = `grad.${publishedName(name)}`;
    if (!golden.tensors.has(key)) return;
    const found = sampleGradient(toFloat32(parameter.publish(gradients[i])));
    assertClose(found, golden.floats(key), GRADIENT_TOLERANCE, key);
  });
}

/** Hands out the noise of the golden file, one step after the other. */
export class GivenNoise extends Generator {
  #step = 0;

  constructor(readonly steps: tf.Tensor) {
    super([0, 0]);
  }

  override normal(): tf.Tensor {
    return tf.tidy(() => {
      const [, n = 0, c = 0, h = 0, w = 0] = this.steps.shape;
      const nchw = tf.reshape(tf.slice(this.steps, [this.#step++, 0, 0, 0, 0], [1, n, c, h, w]), [n, c, h, w]);
      return tf.transpose(nchw, [0, 2, 3, 1]);
    });
  }
}

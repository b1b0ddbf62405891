import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { clamped } from './image-values.js';
import type { Metric } from './metric.js';

/** A metric that is the mean over the images of a value that each has by itself. */
export abstract class MeanOverImages implements Metric {
  readonly #name: string;
  #sum = 0;
  #count = 0;

  /** @param name of the value */
  constructor(name: string) {
    this.#name = name;
  }

  /** @throws ShapeError for two different shapes */
  update(inputs: tf.Tensor4D, reconstructions: tf.Tensor4D): void {
    requireSameShape(this.#name, inputs, reconstructions);
    const values = tf.tidy(() => this.measure(clamped(inputs), clamped(reconstructions)).dataSync());
    for (const value of values) this.#sum += value;
    this.#count += values.length;
  }

  compute(): Record<string, number> {
    return this.#count === 0 ? {} : { [this.#name]: this.#sum / this.#count };
  }

  reset(): void {
    this.#sum = 0;
    this.#count = 0;
  }

  /** The value of each image, `[N]` in their order, of images clamped to [-1, 1]; in a tidy. */
  protected abstract measure(inputs: tf.Tensor4D, reconstructions: tf.Tensor4D): tf.Tensor;
}

/** @throws ShapeError where the shapes differ, which broadcasting would hide */
export function requireSameShape(what: string, inputs: tf.Tensor4D, reconstructions: tf.Tensor4D): void {
  if (tf.util.arraysEqual(inputs.shape, reconstructions.shape)) return;
  const [expected, found] = [inputs, reconstructions].map(({ shape }) => `[${shape.join(', ')}]`);
  throw new ShapeError(what, `reconstructions of the inputs' shape, ${expected ?? ''}`, found ?? '');
}

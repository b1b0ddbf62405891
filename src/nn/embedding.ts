import * as tf from '@tensorflow/tfjs-core';
import { normal } from './initializers.js';
import { Module } from './module.js';
import type { Parameter } from './parameter.js';

/** `torch.nn.Embedding`: int32 indices of any shape to vectors, `[...]` to `[..., dimensions]`. */
export class Embedding extends Module {
  readonly weight: Parameter;

  /** @param standardDeviation of the first values, which are normal with mean 0 */
  constructor(count: number, dimensions: number, standardDeviation = 1) {
    super();
    this.weight = this.parameter('weight', { shape: [count, dimensions], init: normal(standardDeviation) });
  }

  forward(indices: tf.Tensor): tf.Tensor {
    return tf.gather(this.weight.value, tf.cast(indices, 'int32'));
  }
}

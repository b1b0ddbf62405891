import type * as tf from '@tensorflow/tfjs-core';
import { layerNorm, type LayerNormOptions } from '../ops/index.js';
import { ones, zeros } from './initializers.js';
import { Module } from './module.js';
import type { Parameter } from './parameter.js';

/**
 * `torch.nn.LayerNorm` over the last axis: `[..., channels]` to the same.
 * @throws ShapeError in `forward` when the last axis has not `channels` values
 */
export class LayerNorm extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly #options: LayerNormOptions;

  constructor(channels: number, options: LayerNormOptions = {}) {
    super();
    this.#options = options;
    this.weight = this.parameter('weight', { shape: [channels], init: ones });
    this.bias = this.parameter('bias', { shape: [channels], init: zeros });
  }

  forward<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
    return layerNorm(x, this.weight.value, this.bias.value, this.#options);
  }
}

import type * as tf from '@tensorflow/tfjs-core';
import { groupNorm, type ScaleShift } from '../ops/index.js';
import { ones, zeros } from './initializers.js';
import { Module } from './module.js';
import type { Parameter } from './parameter.js';

export interface GroupNormModuleOptions {
  readonly numGroups: number;
  readonly epsilon?: number;
  /** Applied to the result, in the same pass over memory. */
  readonly activation?: 'linear' | 'silu';
}

/**
 * `torch.nn.GroupNorm` over the last axis of `[N, ..., channels]`, optionally followed by SiLU.
 * @throws ShapeError in `forward` when `channels` is not divisible by `numGroups`
 */
export class GroupNorm extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly #options: GroupNormModuleOptions;

  constructor(channels: number, options: GroupNormModuleOptions) {
    super();
    this.#options = options;
    this.weight = this.parameter('weight', { shape: [channels], init: ones });
    this.bias = this.parameter('bias', { shape: [channels], init: zeros });
  }

  /** @param scaleShift applied to the normalized values, before the activation */
  forward<R extends tf.Rank>(x: tf.Tensor<R>, scaleShift?: ScaleShift): tf.Tensor<R> {
    return groupNorm(x, this.weight.value, this.bias.value, { ...this.#options, scaleShift });
  }
}

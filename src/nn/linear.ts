import type * as tf from '@tensorflow/tfjs-core';
import { linear } from '../ops/index.js';
import { fanInUniform, zeros } from './initializers.js';
import { asPublished, type WeightLayout } from './layout.js';
import { Module } from './module.js';
import type { Parameter } from './parameter.js';

export interface LinearOptions {
  readonly bias?: boolean;
  /** Begin at zero, as the published `zero_module` does. */
  readonly zeroInit?: boolean;
  /** How the weight is published: `pointwise` where the published code uses a 1-D convolution of width 1. */
  readonly layout?: WeightLayout;
}

/** `torch.nn.Linear`: `[..., inFeatures]` to `[..., outFeatures]`; the weight is held as published, `[out, in]`. */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    const { bias = true, zeroInit = false, layout = asPublished } = options;
    const init = zeroInit ? zeros : fanInUniform(inFeatures);
    this.weight = this.parameter('weight', { shape: [outFeatures, inFeatures], init, layout });
    if (bias) this.bias = this.parameter('bias', { shape: [outFeatures], init });
  }

  forward(x: tf.Tensor): tf.Tensor {
    return linear(x, this.weight.value, this.bias?.value);
  }
}

import type * as tf from '@tensorflow/tfjs-core';
import { conv2d } from '../ops/index.js';
import { fanInUniform, zeros } from './initializers.js';
import { hwio, type WeightLayout } from './layout.js';
import { Module } from './module.js';
import type { Parameter } from './parameter.js';

/** One number for both, or `[height, width]`. */
type Extent = number | readonly [height: number, width: number];

export interface Conv2dOptions {
  readonly kernelSize: Extent;
  readonly stride?: number;
  /** Zeros added on every side, in pixels. */
  readonly padding?: Extent;
  /** Begin at zero, as the published `zero_module` does. */
  readonly zeroInit?: boolean;
  /** How the filter is published: `columnFilter` where the published code uses a 1-D convolution. */
  readonly layout?: WeightLayout;
}

/** `torch.nn.Conv2d`, on NHWC: `[N, H, W, inChannels]` to `[N, H', W', outChannels]`. */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly #stride: number;
  readonly #padding: Extent;

  constructor(inChannels: number, outChannels: number, options: Conv2dOptions) {
    super();
    const { kernelSize, stride = 1, padding = 0, zeroInit = false, layout = hwio } = options;
    this.#stride = stride;
    this.#padding = padding;
    const [height, width] = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize;
    const init = zeroInit ? zeros : fanInUniform(inChannels * height * width);
    this.weight = this.parameter('weight', { shape: [height, width, inChannels, outChannels], init, layout });
    this.bias = this.parameter('bias', { shape: [outChannels], init });
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    const filter = this.weight.value as tf.Tensor4D;
    return conv2d(x, filter, this.bias.value, { strides: this.#stride, pad: this.#padding });
  }
}

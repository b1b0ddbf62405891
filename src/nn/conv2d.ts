import type * as tf from '@tensorflow/tfjs-core';
import { conv2d } from '../ops/index.js';
import { fanInUniform, zeros, type Initializer } from './initializers.js';
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
  /** Whether a bias is added (default). */
  readonly bias?: boolean;
  /** Begin at zero, as the published `zero_module` does. */
  readonly zeroInit?: boolean;
  /** What the filter begins with, where that is neither zero nor what PyTorch draws. */
  readonly filterInit?: Initializer;
  /** How the filter is published: `columnFilter` where the published code uses a 1-D convolution. */
  readonly layout?: WeightLayout;
}

/** `torch.nn.Conv2d`, on NHWC: `[N, H, W, inChannels]` to `[N, H', W', outChannels]`. */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly #bias: Parameter | undefined;
  readonly #stride: number;
  readonly #padding: Extent;

  constructor(inChannels: number, outChannels: number, options: Conv2dOptions) {
    super();
    const { kernelSize, stride = 1, padding = 0, bias = true, zeroInit = false, layout = hwio } = options;
    this.#stride = stride;
    this.#padding = padding;
    const [height, width] = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize;
    const init = zeroInit ? zeros : fanInUniform(inChannels * height * width);
    const shape = [height, width, inChannels, outChannels];
    this.weight = this.parameter('weight', { shape, init: options.filterInit ?? init, layout });
    if (bias) this.#bias = this.parameter('bias', { shape: [outChannels], init });
  }

  /** @throws Error where the convolution was made without one */
  get bias(): Parameter {
    if (!this.#bias) throw new Error('this convolution has no bias');
    return this.#bias;
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    const filter = this.weight.value as tf.Tensor4D;
    return conv2d(x, filter, this.#bias?.value, { strides: this.#stride, pad: this.#padding });
  }
}

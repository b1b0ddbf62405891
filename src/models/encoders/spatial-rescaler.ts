import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import { inputsOf, Linear, Module, pixelwise, type ExampleCalls, type Methods } from '../../nn/index.js';
import { withDefaults } from '../../params.js';
import { rescaling, type Interpolation } from './interpolation.js';
import { resample } from './resample.js';
import {
  spatialRescalerParams,
  type SpatialRescalerParams,
  type SpatialRescalerParamsInput,
} from './spatial-rescaler.params.js';

/** What each method does along one axis, and on how many axes between batch and channels it works. */
const METHODS: Readonly<Record<SpatialRescalerParams['method'], readonly [Interpolation, readonly number[]]>> = {
  nearest: ['nearest', [1, 2, 3]],
  linear: ['linear', [1]],
  bilinear: ['linear', [2]],
  trilinear: ['linear', [3]],
  bicubic: ['cubic', [2]],
  area: ['area', [1, 2, 3]],
};

/**
 * Makes an image smaller or larger by interpolation and maps its channels, e.g. a segmentation map to the size of the
 * latents it conditions (`ldm.modules.encoders.modules.SpatialRescaler`).
 */
export class SpatialRescaler extends Module {
  readonly params: SpatialRescalerParams;
  readonly #channelMapper: Linear | undefined;

  constructor(given: SpatialRescalerParamsInput = {}) {
    super();
    this.params = withDefaults(spatialRescalerParams, given);
    const { in_channels: inChannels, out_channels: outChannels, bias } = this.params;
    if (outChannels !== null) {
      const mapper = new Linear(inChannels, outChannels, { bias, layout: pixelwise });
      this.#channelMapper = this.child('channel_mapper', mapper);
    }
  }

  /**
   * @param x images `[N, H, W, C]`; `nearest`, `area` and `linear` also take `[N, L, C]`, `nearest`, `area` and
   *   `trilinear` also `[N, D, H, W, C]`
   * @returns each axis between batch and channels times `multiplier`, rounded down, `n_stages` times; `out_channels`
   * @throws ShapeError when the method does not work on so many axes, or nothing would be left of one
   */
  forward<T extends tf.Tensor>(x: T): T {
    const { method, n_stages: stages } = this.params;
    const [, works] = METHODS[method];
    if (!works.includes(x.rank - 2)) {
      const expected = works.map((axes) => ['[N, L, C]', '[N, H, W, C]', '[N, D, H, W, C]'][axes - 1]);
      throw new ShapeError('SpatialRescaler', `${expected.join(' or ')} for ${method}`, `[${x.shape.join(', ')}]`);
    }
    return tf.tidy(() => {
      let h: tf.Tensor = x;
      for (let stage = 0; stage < stages; stage++) h = this.#rescale(h);
      return (this.#channelMapper?.forward(h) ?? h.clone()) as T;
    });
  }

  encode<T extends tf.Tensor>(x: T): T {
    return this.forward(x);
  }

  /** `[height, width, channels]` of the images that it makes such ones of. */
  inputShape(output: readonly [number, number, number] | undefined): [number, number, number] | undefined {
    if (!output) return undefined;
    const { n_stages: stages, multiplier, in_channels: channels } = this.params;
    const [height, width, made] = output;
    const before = (size: number): number => Math.round(size / multiplier ** stages);
    return [before(height), before(width), this.#channelMapper ? channels : made];
  }

  /** An image of the size that the published models condition on. */
  override exampleCalls(): ExampleCalls {
    const { method, in_channels: channels } = this.params;
    const [, works] = METHODS[method];
    return works.includes(2) ? { forward: { x: { shape: [1, 256, 256, channels] } } } : {};
  }

  override methods(): Methods {
    return { forward: (inputs) => this.forward(inputsOf(inputs, ['x']).x) };
  }

  #rescale(x: tf.Tensor): tf.Tensor {
    const { method, multiplier } = this.params;
    const sizes = x.shape.slice(1, -1);
    if (sizes.some((size) => Math.floor(size * multiplier) < 1)) {
      throw new ShapeError(
        'SpatialRescaler',
        `axes of at least ${Math.ceil(1 / multiplier)}`,
        `[${x.shape.join(', ')}]`,
      );
    }
    const halvesImage = multiplier === 0.5 && sizes.length === 2 && sizes.every((size) => size % 2 === 0);
    // What every published configuration does; then either method is the mean of blocks, which needs no matrix.
    if (halvesImage && (method === 'bilinear' || method === 'area')) return tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid');
    const [interpolation] = METHODS[method];
    return sizes.reduce((h, size, i) => resample(h, i + 1, rescaling(size, multiplier, interpolation)), x);
  }
}

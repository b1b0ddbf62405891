import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { ActNorm, BatchNorm2d, Conv2d, inputsOf, Module, type ExampleCalls, type Methods } from '../nn/index.js';
import { normal } from '../nn/initializers.js';
import { leakyRelu } from '../ops/index.js';

export interface NLayerDiscriminatorOptions {
  readonly inChannels?: number;
  /** Channels after the first convolution. */
  readonly ndf?: number | undefined;
  /** Convolutions that halve the image. */
  readonly nLayers?: number;
  /** ActNorm in place of batch norm. */
  readonly useActnorm?: boolean;
}

type Layer = Conv2d | BatchNorm2d | ActNorm | 'leakyRelu';

/** The channels never grow beyond this multiple of `ndf`. */
const LARGEST_MULTIPLE = 8;

/**
 * The patch discriminator of pix2pix (Isola et al. 2017; `taming.modules.discriminator.model.NLayerDiscriminator`): 4x4
 * convolutions that judge overlapping patches of an image. Its weights begin as pix2pix's `weights_init` draws them.
 */
export class NLayerDiscriminator extends Module {
  readonly #layers: readonly Layer[];
  readonly #inChannels: number;
  /** A smaller image has no patch. */
  readonly #smallest: number;

  constructor({ inChannels = 3, ndf = 64, nLayers = 3, useActnorm = false }: NLayerDiscriminatorOptions = {}) {
    super();
    this.#inChannels = inChannels;
    this.#smallest = 3 * 2 ** Math.max(1, nLayers);
    const channelsAt = (layer: number) => ndf * Math.min(2 ** layer, LARGEST_MULTIPLE);
    const layers: Layer[] = [convolution(inChannels, ndf, { stride: 2 }), 'leakyRelu'];
    let channels = ndf;
    for (let layer = 1; layer <= Math.max(1, nLayers); layer++) {
      const stride = layer < nLayers ? 2 : 1;
      const outChannels = channelsAt(Math.min(layer, nLayers));
      layers.push(
        // Batch norm takes off any bias.
        convolution(channels, outChannels, { stride, bias: useActnorm }),
        useActnorm ? new ActNorm(outChannels) : new BatchNorm2d(outChannels, { weightInit: normal(0.02, 1) }),
        'leakyRelu',
      );
      channels = outChannels;
    }
    layers.push(convolution(channels, 1, { stride: 1 }));
    layers.forEach((layer, i) => {
      if (layer !== 'leakyRelu') this.child(`main.${i}`, layer);
    });
    this.#layers = layers;
  }

  /**
   * @param x `[N, H, W, inChannels]`; in training each call moves the batch norms' running statistics
   * @returns a logit for each patch, above zero for a real one: `[N, H', W', 1]`
   * @throws ShapeError for other channels, or where the image is smaller than a patch
   */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    const [, height, width, channels] = x.shape;
    if (channels !== this.#inChannels || Math.min(height, width) < this.#smallest) {
      const expected = `[N, H, W, ${this.#inChannels}] with H and W of at least ${this.#smallest}`;
      throw new ShapeError('NLayerDiscriminator', expected, `[${x.shape.join(', ')}]`);
    }
    return tf.tidy(() =>
      this.#layers.reduce((h, layer) => (layer === 'leakyRelu' ? leakyRelu(h, 0.2) : layer.forward(h)), x),
    );
  }

  override exampleCalls(): ExampleCalls {
    return { forward: { input: { shape: [1, 256, 256, this.#inChannels] } } };
  }

  override methods(): Methods {
    return { forward: (inputs) => this.forward(inputsOf(inputs, ['input']).input as tf.Tensor4D) };
  }
}

function convolution(
  inChannels: number,
  outChannels: number,
  { stride, bias = true }: { stride: number; bias?: boolean },
): Conv2d {
  return new Conv2d(inChannels, outChannels, { kernelSize: 4, stride, padding: 1, bias, filterInit: normal(0.02) });
}

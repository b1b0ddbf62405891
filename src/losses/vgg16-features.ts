import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { Conv2d, Module } from '../nn/index.js';
import { relu } from '../ops/index.js';

/** The convolutions of each slice: their place in torchvision's `features`, and their channels. */
const SLICES = [
  { places: [0, 2], channels: 64 },
  { places: [5, 7], channels: 128 },
  { places: [10, 12, 14], channels: 256 },
  { places: [17, 19, 21], channels: 512 },
  { places: [24, 26, 28], channels: 512 },
] as const;

/**
 * The 13 convolutions of VGG16 (Simonyan and Zisserman 2015) in the five slices of `taming.modules.losses.lpips.vgg16`:
 * each ends with the activation before a pooling, relu1_2, relu2_2, relu3_3, relu4_3 and relu5_3.
 */
export class Vgg16Features extends Module {
  /** Channels of each slice's features. */
  static readonly channels: readonly number[] = SLICES.map(({ channels }) => channels);
  /** Height and width of the smallest images: four poolings by two have to leave a pixel. */
  static readonly smallest = 16;
  /** Each convolution's name in torchvision's file and here. */
  static readonly names: readonly (readonly [torchvision: string, own: string])[] = SLICES.flatMap(
    ({ places }, slice) => places.map((place) => [`features.${place}`, nameOf(slice, place)] as const),
  );
  readonly #slices: readonly (readonly Conv2d[])[];

  constructor() {
    super();
    let inChannels = 3;
    this.#slices = SLICES.map(({ places, channels }, slice) =>
      places.map((place) => {
        const conv = new Conv2d(inChannels, channels, { kernelSize: 3, padding: 1 });
        inChannels = channels;
        return this.child(nameOf(slice, place), conv);
      }),
    );
  }

  /**
   * @param x `[N, H, W, 3]`, scaled as VGG16 was trained on; H and W at least 16
   * @returns the five features, `[N, H / 2^i, W / 2^i, channels[i]]`
   * @throws ShapeError for smaller images or other channels
   */
  forward(x: tf.Tensor4D): tf.Tensor4D[] {
    const [, height, width, channels] = x.shape;
    if (Math.min(height, width) < Vgg16Features.smallest || channels !== 3) {
      const expected = `[N, H, W, 3] with H and W of at least ${Vgg16Features.smallest}`;
      throw new ShapeError('VGG16', expected, `[${x.shape.join(', ')}]`);
    }
    let h = x;
    return this.#slices.map((convolutions, slice) => {
      h = tf.tidy(() => {
        const start = slice === 0 ? h : tf.maxPool(h, 2, 2, 'valid');
        return convolutions.reduce((features, conv) => relu(conv.forward(features)), start);
      });
      return h;
    });
  }
}

function nameOf(slice: number, place: number): string {
  return `slice${slice + 1}.${place}`;
}

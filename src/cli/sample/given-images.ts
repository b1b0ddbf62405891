import * as tf from '@tensorflow/tfjs-core';
import type { ByteImage } from '../../io/images.js';
import type { Sampleable, SampleRequest } from '../../samplers/index.js';
import { centerBox, type Size } from '../../data/geometry.js';
import { readScaled, type Placement } from '../../data/scaled-image.js';
import type { Settings } from './settings.js';

/** What a request has of images. */
export type GivenImages = Pick<SampleRequest, 'init' | 'known'>;

/**
 * The images that `--init` and `--inpaint` name, each scaled and cut out of its middle as the model draws them. The caller
 * disposes the tensors.
 *
 * @throws FileError where one is missing or no image
 */
export async function givenImages({ init, inpaint }: Settings, model: Sampleable): Promise<GivenImages> {
  if (!init && !inpaint) return {};
  const [height, width, channels] = model.imageShape;
  const read = (path: string, of: { channels: 1 | 3; interpolation: 'bicubic' | 'nearest' }): Promise<ByteImage> =>
    readScaled(path, (size) => covering(size, { width, height }), of);
  const image = async (path: string): Promise<tf.Tensor4D> =>
    imageTensor(await read(path, { channels: channels === 1 ? 1 : 3, interpolation: 'bicubic' }));
  const known = inpaint && {
    x0: await image(inpaint.image),
    mask: keptMask(await read(inpaint.mask, { channels: 1, interpolation: 'nearest' })),
  };
  return {
    ...(init && { init: { image: await image(init.path), strength: init.strength } }),
    ...(known && { known }),
  };
}

export function disposeImages({ init, known }: GivenImages): void {
  tf.dispose([init?.image, known?.x0, known?.mask]);
}

/** Scaled to cover the size, the middle of it cut out. */
export function covering(image: Size, { width, height }: Size): Placement {
  const scale = Math.max(width / image.width, height / image.height);
  const scaled = {
    width: Math.max(width, Math.round(image.width * scale)),
    height: Math.max(height, Math.round(image.height * scale)),
  };
  return { scaled, box: centerBox(scaled, { width, height }), flip: false };
}

/** `[1, H, W, C]` in [-1, 1]. */
function imageTensor({ data, width, height, channels }: ByteImage): tf.Tensor4D {
  return tf.tidy(() =>
    tf.sub(tf.div(tf.tensor4d(Int32Array.from(data), [1, height, width, channels], 'float32'), 127.5), 1),
  );
}

/** 1 where the image is kept, 0 where the mask is white; `[1, H, W, 1]`. */
function keptMask({ data, width, height }: ByteImage): tf.Tensor4D {
  return tf.tensor4d(
    Float32Array.from(data, (value) => Number(value < 128)),
    [1, height, width, 1],
  );
}

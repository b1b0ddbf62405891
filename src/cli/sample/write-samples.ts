import type * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { writeFileAtomically } from '../../io/atomic-write.js';
import { encodePng, imageGrid, separateImages, type ByteImage, type FloatImages } from '../../io/images.js';
import { withPngText } from '../../io/png-text.js';
import { writeSafetensors } from '../../io/safetensors.js';
import { publish } from '../../nn/index.js';

/** How images were drawn, for the PNGs to say: anything JSON can hold. */
export type Parameters = Readonly<Record<string, unknown>>;

/** What `grid.png` shows: `[N, H, W, C]`, so many in a row; as many as in a column where absent. */
export interface Grid {
  readonly images: tf.Tensor4D;
  readonly columns?: number | undefined;
}

/**
 * Writes the grid, each image by itself and all of them as they were drawn, `samples` `[N, C, H, W]` in [-1, 1]. In the
 * PNGs a text `parameters` says how they were made.
 *
 * @param ofEach what is to be said of each image besides
 */
export async function writeSamples(
  folder: string,
  images: tf.Tensor4D,
  { grid, parameters, ofEach }: { grid: Grid; parameters: Parameters; ofEach: (i: number) => Parameters },
): Promise<void> {
  const float = await floatsOf(images);
  const write = async (name: string, image: ByteImage, said: Parameters): Promise<void> => {
    const texts = { Software: 'ldm-runner', parameters: JSON.stringify(said) };
    writeFileAtomically(join(folder, name), withPngText(await encodePng(image), texts));
  };
  const { columns = Math.ceil(Math.sqrt(grid.images.shape[0])) } = grid;
  await write('grid.png', imageGrid(await floatsOf(grid.images), { columns }), parameters);
  for (const [i, image] of separateImages(float).entries()) {
    await write(`${String(i).padStart(5, '0')}.png`, image, { ...parameters, ...ofEach(i) });
  }
  writeSafetensors(join(folder, 'samples.safetensors'), new Map([['samples', publish(images)]]));
}

async function floatsOf(images: tf.Tensor4D): Promise<FloatImages> {
  return { data: await images.data<'float32'>(), shape: images.shape };
}

import type * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { writeFileAtomically } from '../../io/atomic-write.js';
import { encodePng, imageGrid, separateImages, type ByteImage } from '../../io/images.js';
import { withPngText } from '../../io/png-text.js';
import { writeSafetensors } from '../../io/safetensors.js';
import { publish } from '../../nn/index.js';

/** How images were drawn, for the PNGs to say: anything JSON can hold. */
export type Parameters = Readonly<Record<string, unknown>>;

/**
 * Writes the grid, each image by itself and all of them as they were drawn, `samples` `[N, C, H, W]` in [-1, 1]. In the
 * PNGs a text `parameters` says how they were made.
 *
 * @param ofEach what is to be said of each image besides
 */
export async function writeSamples(
  folder: string,
  images: tf.Tensor4D,
  {
    columns,
    parameters,
    ofEach,
  }: { columns?: number | undefined; parameters: Parameters; ofEach: (i: number) => Parameters },
): Promise<void> {
  const float = { data: await images.data<'float32'>(), shape: images.shape };
  const write = async (name: string, image: ByteImage, said: Parameters): Promise<void> => {
    const texts = { Software: 'ldm-runner', parameters: JSON.stringify(said) };
    writeFileAtomically(join(folder, name), withPngText(await encodePng(image), texts));
  };
  const square = Math.ceil(Math.sqrt(images.shape[0]));
  await write('grid.png', imageGrid(float, { columns: columns ?? square }), parameters);
  for (const [i, image] of separateImages(float).entries()) {
    await write(`${String(i).padStart(5, '0')}.png`, image, { ...parameters, ...ofEach(i) });
  }
  writeSafetensors(join(folder, 'samples.safetensors'), new Map([['samples', publish(images)]]));
}

import { join } from 'node:path';
import type { ByteImage } from '../io/images.js';
import type { Params } from '../params.js';
import type { HostGenerator } from '../random/index.js';
import { crop, flipLeftRight } from './crop.js';
import { FileDataset } from './file-dataset.js';
import { centerBox } from './geometry.js';
import { readStored } from './image-paths.js';
import { LSUN, type LsunCategory } from './lsun-categories.js';
import type { lsunTrainParams } from './lsun.params.js';
import { resize, type Resizing } from './resize.js';
import { splitImages, type Split } from './split.js';

type LsunParams = Params<typeof lsunTrainParams>;

/**
 * A category of LSUN as latent-diffusion reads it: the largest square in the middle, scaled to `size` as Pillow does,
 * mirrored or not. Examples have `image`, `file_path_` and `relative_file_path_`.
 * @throws FileError where the folder or what a list names is not there
 */
export function lsun(params: LsunParams, category: LsunCategory, split: Split): FileDataset {
  const { folder, train, validation } = LSUN[category];
  const root = join(params.root, folder);
  const { paths, splitRule } = splitImages(root, split, {
    train: join(params.root, train),
    validation: join(params.root, validation),
  });
  const source = {
    length: paths.length,
    read: async (index: number, random: HostGenerator) => {
      const relative = paths[index] ?? '';
      const path = join(root, relative);
      const image = await readStored(path, (whole) => square(whole, params, random));
      return { relative_file_path_: relative, file_path_: path, image };
    },
  };
  return new FileDataset(source, { maxBroken: params.max_broken, splitRule });
}

function square(image: ByteImage, { size, interpolation, flip_p: flip }: LsunParams, random: HostGenerator): ByteImage {
  const side = Math.min(image.width, image.height);
  const middle = crop(image, centerBox(image, { width: side, height: side }));
  const resizing: Resizing = `pil_${interpolation === 'linear' ? 'bilinear' : interpolation}`;
  const scaled = size === null ? middle : resize(middle, size, size, resizing);
  return random.chance(flip) ? flipLeftRight(scaled) : scaled;
}

import { join } from 'node:path';
import type { Params } from '../params.js';
import type { HostGenerator } from '../random/index.js';
import { FileDataset } from './file-dataset.js';
import type { fullOpenImagesTrainParams } from './open-images.params.js';
import { place, readScaled } from './scaled-image.js';
import type { Split } from './split.js';
import { splitFolder } from './split-folder.js';

/**
 * OpenImages, or any other images, for training a first stage: scaled and cut. Examples have `image` and `file_path_`.
 * CompVis's own code was never published; the layout and the scaling are ours.
 * @throws FileError where the folder is not there or has no images
 */
export function fullOpenImages(params: Params<typeof fullOpenImagesTrainParams>, split: Split): FileDataset {
  const { folder, paths, splitRule } = splitFolder(params.root, split);
  const options = { size: params.size, cropSize: params.crop_size, randomCrop: params.random_crop, flipP: 0 };
  const source = {
    length: paths.length,
    read: async (index: number, random: HostGenerator) => {
      const path = join(folder, paths[index] ?? '');
      const image = await readScaled(path, (size) => place(size, options, random), {
        interpolation: 'lanczos',
        channels: 3,
      });
      return { image, file_path_: path };
    },
  };
  return new FileDataset(source, { maxBroken: params.max_broken, splitRule });
}

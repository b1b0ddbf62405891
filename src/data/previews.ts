import { join } from 'node:path';
import type { Params } from '../params.js';
import type { HostGenerator } from '../random/index.js';
import { captionsOf } from './captions.js';
import { FileDataset } from './file-dataset.js';
import type { previewsTrainParams } from './previews.params.js';
import { place, readScaled } from './scaled-image.js';
import type { Split } from './split.js';
import { splitFolder } from './split-folder.js';

/**
 * Images with captions, for text-to-image. Examples have `image`, `caption` and `file_path_`.
 * CompVis's own code was never published; the layout and the scaling are ours.
 * @throws FileError where the folder is not there, has no images, or an image has no caption
 */
export function previews(params: Params<typeof previewsTrainParams>, split: Split): FileDataset {
  const { folder, paths, splitRule } = splitFolder(params.root, split);
  const captions = captionsOf(folder, paths);
  const options = { size: params.size, cropSize: null, randomCrop: params.random_crop, flipP: 0 };
  const source = {
    length: paths.length,
    read: async (index: number, random: HostGenerator) => {
      const path = join(folder, paths[index] ?? '');
      const image = await readScaled(path, (size) => place(size, options, random), {
        interpolation: 'lanczos',
        channels: 3,
      });
      return { image, caption: await captions(index), file_path_: path };
    },
  };
  return new FileDataset(source, { maxBroken: params.max_broken, splitRule });
}

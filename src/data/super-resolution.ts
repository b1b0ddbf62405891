import type { ByteImage } from '../io/images.js';
import type { Params } from '../params.js';
import type { HostGenerator } from '../random/index.js';
import { crop } from './crop.js';
import { degrade } from './degrade.js';
import type { Example } from './example.js';
import { FileDataset, type ExampleSource } from './file-dataset.js';
import { centerBox, randomBox } from './geometry.js';
import { listedFiles, readStored } from './image-paths.js';
import { resize } from './resize.js';
import type { Split } from './split.js';
import { splitFolder } from './split-folder.js';
import type { superResolutionOpenImagesParams } from './super-resolution.params.js';

type OpenImagesParams = Params<typeof superResolutionOpenImagesParams>;

export type SuperResolutionOptions = Omit<OpenImagesParams, 'root' | 'max_broken'>;

/**
 * Pairs of images as latent-diffusion's `ImageNetSR` has them: a square cut out, scaled to `size` as OpenCV does by area,
 * and the same made smaller and worse. Examples have `image`, `LR_image`, `file_path_` and what `labels` has for them.
 */
export function superResolution(
  root: string,
  paths: readonly string[],
  options: SuperResolutionOptions,
  labels: (index: number) => Example = () => ({}),
): ExampleSource {
  const read = async (path: string, random: HostGenerator) => {
    const image = await readStored(path, (whole) => square(whole, options, random));
    return { image, LR_image: await degrade(image, options.downscale_f, options.degradation, random) };
  };
  return listedFiles(root, paths, read, labels);
}

/**
 * OpenImages, or any other images, with their smaller and worse versions. CompVis's own code was never published; the
 * layout is ours, what becomes of the images is as in `ImageNetSR`.
 * @throws FileError where the folder is not there or has no images
 */
export function superResolutionOpenImages(params: OpenImagesParams, split: Split): FileDataset {
  const { folder, paths, splitRule } = splitFolder(params.root, split);
  return new FileDataset(superResolution(folder, paths, params), { maxBroken: params.max_broken, splitRule });
}

function square(image: ByteImage, options: SuperResolutionOptions, random: HostGenerator): ByteImage {
  const { size, min_crop_f: smallest, max_crop_f: largest, random_crop: isRandom } = options;
  const shortest = Math.min(image.width, image.height);
  const side = Math.max(1, Math.floor(shortest * random.between(smallest, largest)));
  const part = { width: side, height: side };
  const box = isRandom ? randomBox(image, part, random) : centerBox(image, part);
  return resize(crop(image, box), size, size, 'cv_area');
}

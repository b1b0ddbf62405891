import { extname, join } from 'node:path';
import { FileError } from '../errors.js';
import type { Params } from '../params.js';
import type { HostGenerator } from '../random/index.js';
import { crop, flipLeftRight } from './crop.js';
import type { LabelMap } from './example.js';
import { FileDataset } from './file-dataset.js';
import type { Size } from './geometry.js';
import type { rfwTrainParams } from './landscapes.params.js';
import { requireFiles } from './path-list.js';
import { readLabelMap } from './read-label-map.js';
import { resize } from './resize.js';
import { place, readScaled, type Placement } from './scaled-image.js';
import type { Split } from './split.js';
import { splitFolder } from './split-folder.js';

type RfwParams = Params<typeof rfwTrainParams>;

/**
 * Images with a class for each pixel, for semantic synthesis. Examples have `image`, `segmentation` (in batches one-hot,
 * [N, H, W, n_labels]; pixels of no class have 0 in every channel) and `file_path_`. The image is scaled with
 * antialiasing, its classes by the nearest pixel, both cut and mirrored alike.
 * CompVis's own code was never published; layout, mirroring and scaling are ours.
 * @throws FileError where images or the classes of one are not there
 */
export function rfw(params: RfwParams, split: Split): FileDataset {
  const { folder, paths, splitRule } = splitFolder(params.root, split, 'images');
  const maps = join(folder, '..', 'segmentations');
  const mapPaths = paths.map((path) => `${path.slice(0, -extname(path).length)}.png`);
  requireFiles(folder, maps, mapPaths);
  const source = {
    length: paths.length,
    read: async (index: number, random: HostGenerator) => {
      const path = join(folder, paths[index] ?? '');
      return { file_path_: path, ...(await readPair(path, join(maps, mapPaths[index] ?? ''), params, random)) };
    },
  };
  return new FileDataset(source, { maxBroken: params.max_broken, splitRule });
}

async function readPair(path: string, mapPath: string, params: RfwParams, random: HostGenerator) {
  const options = {
    size: params.size,
    cropSize: params.crop_size,
    randomCrop: params.random_crop,
    flipP: params.random_crop ? 0.5 : 0,
  };
  const map = await readLabelMap(mapPath);
  const placement = place(map, options, random);
  const placed = (size: Size): Placement => {
    if (size.width === map.width && size.height === map.height) return placement;
    throw new FileError({
      where: mapPath,
      problem: 'the classes are of another size than their image',
      found: `${map.width}×${map.height} pixels`,
      expected: `${size.width}×${size.height}, as ${path}`,
    });
  };
  const image = await readScaled(path, placed, { interpolation: 'lanczos', channels: 3 });
  const { width, height } = placement.scaled;
  const cut = crop(resize(map, width, height, 'pil_nearest'), placement.box);
  const { data: labels, ...size } = placement.flip ? flipLeftRight(cut) : cut;
  const segmentation: LabelMap = {
    labels,
    width: size.width,
    height: size.height,
    classes: params.n_labels,
    dtype: params.segmentation_to_float32 ? 'float32' : 'int32',
  };
  return { image, segmentation };
}

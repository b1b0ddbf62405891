import { join } from 'node:path';
import type { NeededFile, ParamProblem } from '../src/config/index.js';
import { shardsOf } from '../src/data/expand-braces.js';
import { imageNetRoot } from '../src/data/imagenet-files.js';
import { openImagesFiles } from '../src/data/open-images-files.js';
import type { Split } from '../src/data/split.js';

/** A square cannot be cut out of an image that was scaled to less than its side. */
export function checkCrop(params: { readonly size: number | null; readonly crop_size: number | null }): ParamProblem[] {
  const { size, crop_size: cropSize } = params;
  if (size === null || cropSize === null || cropSize <= size) return [];
  return [
    {
      path: ['crop_size'],
      problem: 'is more than the images have after scaling',
      found: String(cropSize),
      expected: `at most size, ${size}`,
      remedy: `set crop_size to at most ${size}, or size to at least ${cropSize}`,
    },
  ];
}

/** Shards are files: any example is had from its place in them. */
export function checkLocalShards(urls: string | readonly string[]): ParamProblem[] {
  const list = typeof urls === 'string' ? [urls] : urls;
  return list
    .filter((url) => /^[a-z][a-z0-9+.-]*:/i.test(url))
    .map((url) => ({
      path: ['urls'],
      problem: 'is no path of a local file',
      found: url,
      remedy: 'download the shards and name their paths',
    }));
}

/** The shards of a pattern, each a file. */
export function needsShards(urls: string | readonly string[]): NeededFile[] {
  return shardsOf(urls).map((file) => ({
    path: ['urls'],
    file,
    what: 'a tar file, a shard of the data set',
    remedy: 'put it there, or let urls name the shards that are there',
  }));
}

/** What latent-diffusion asserts when the data set is built. */
export function checkSuperResolution(params: {
  readonly size: number;
  readonly downscale_f: number;
  readonly min_crop_f: number;
  readonly max_crop_f: number;
}): ParamProblem[] {
  const { size, downscale_f: factor, min_crop_f: smallest, max_crop_f: largest } = params;
  const problems: ParamProblem[] = [];
  if (size % factor !== 0) {
    problems.push({
      path: ['size'],
      problem: 'is not divisible by downscale_f',
      found: String(size),
      expected: `a multiple of ${factor}`,
    });
  }
  if (smallest > largest) {
    problems.push({
      path: ['min_crop_f'],
      problem: 'is more than max_crop_f',
      found: String(smallest),
      expected: `at most ${largest}`,
    });
  }
  return problems;
}

/** The folder that `root` names, or one in it. */
export function needsFolder(remedy: string, inside = ''): (params: { readonly root: string }) => NeededFile[] {
  return ({ root }) => [{ path: ['root'], file: join(root, inside), what: 'a folder of images', remedy }];
}

/** A text file with a path on each line. */
export function needsList(parameter: string, file: string): NeededFile[] {
  return [
    {
      path: [parameter],
      file,
      what: 'a text file with the path of an image on each line',
      remedy: `write it, or let ${parameter} name the one that is there`,
    },
  ];
}

/** The folder `data` of a split of ImageNet. */
export function needsImageNet(split: Split): (params: { readonly data_root: string | null }) => NeededFile[] {
  return ({ data_root: dataRoot }) => {
    const root = imageNetRoot(dataRoot, split);
    return [
      {
        path: dataRoot === null ? [] : ['data_root'],
        file: join(root, 'data'),
        what: 'a folder of images, those of each class in a folder named by its WordNet id',
        remedy: `unpack ImageNet (ILSVRC2012) there, or let data_root name the folder that has ILSVRC2012_${split}`,
      },
    ];
  };
}

/** ImageNet, and the list of its large images where the config names one. */
export function needsImageNetSR(
  split: Split,
): (params: { readonly data_root: string | null; readonly hr_indices: string | null }) => NeededFile[] {
  return (params) => {
    const { hr_indices: list } = params;
    const files = needsImageNet(split)(params);
    return list === null ? files : [...files, { path: ['hr_indices'], file: list, what: 'a pickled list of numbers' }];
  };
}

/** A layout has to be able to have as many objects as the image has to have. */
export function checkObjectCounts(params: {
  readonly min_objects_per_image: number;
  readonly max_objects_per_image: number;
}): ParamProblem[] {
  const { min_objects_per_image: least, max_objects_per_image: most } = params;
  if (least <= most) return [];
  return [
    {
      path: ['min_objects_per_image'],
      problem: 'is more than max_objects_per_image',
      found: String(least),
      expected: `at most ${most}`,
    },
  ];
}

/** The images of a split of OpenImages, and the files that say what is in them. */
export function needsBoxes(split: Split): (params: { readonly root: string }) => NeededFile[] {
  return ({ root }) => {
    const csv = (name: string, what: string): NeededFile => ({
      path: ['root'],
      file: join(root, name),
      what,
      remedy: `download ${name} from storage.googleapis.com/openimages/web, or let root name the folder that has it`,
    });
    const remedy = `put the images of OpenImages there, named by their ids, or let root name the folder that has ${split}`;
    return [
      { path: ['root'], file: join(root, split), what: 'a folder of images', remedy },
      csv(openImagesFiles.classes, 'the names of the classes'),
      csv(openImagesFiles[split], 'the boxes of the images'),
    ];
  };
}

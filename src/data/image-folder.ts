import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FileError } from '../errors.js';
import type { Params } from '../params.js';
import type { HostGenerator } from '../random/index.js';
import { FileDataset } from './file-dataset.js';
import { listImages } from './image-files.js';
import type { imageFolderParams } from './image-folder.params.js';
import { place, readScaled } from './scaled-image.js';
import { splitFolder, type FolderSplit } from './split-folder.js';

type ImageFolderParams = Params<typeof imageFolderParams>;

/**
 * A folder of the user's own images, of any common format and size. Examples have `image` and `file_path_`; with
 * `labels`, also `class_label` and `human_label`.
 * @throws FileError where the folder is not there or has no images
 */
export function imageFolder(params: ImageFolderParams): FileDataset {
  const { folder, paths, splitRule } = chosen(params);
  const classes = params.labels ? classesOf(params) : undefined;
  const labels = classes && paths.map((path) => classOf(folder, path));
  const options = {
    size: params.size,
    cropSize: params.crop_size,
    randomCrop: params.random_crop,
    flipP: params.flip_p,
  };
  const source = {
    length: paths.length,
    read: async (index: number, random: HostGenerator) => {
      const path = join(folder, paths[index] ?? '');
      const image = await readScaled(path, (size) => place(size, options, random), params);
      const label = labels?.[index];
      return {
        image,
        file_path_: path,
        ...(label !== undefined && { class_label: classes?.indexOf(label) ?? 0, human_label: label }),
      };
    },
  };
  return new FileDataset(source, { maxBroken: params.max_broken, splitRule });
}

function chosen({ root, split }: ImageFolderParams): FolderSplit {
  return split === 'all' ? { folder: root, paths: listImages(root) } : splitFolder(root, split);
}

/** The same for both splits, so that a class has one number. */
function classesOf({ root, split }: ImageFolderParams): string[] {
  const parts = ['train', 'validation'].map((name) => join(root, name)).filter((folder) => existsSync(folder));
  const folders = split === 'all' || parts.length === 0 ? [root] : parts;
  const names = folders.flatMap((folder) => listImages(folder).map((path) => classOf(folder, path)));
  return [...new Set(names)].sort();
}

function classOf(folder: string, path: string): string {
  const end = path.indexOf('/');
  if (end > 0) return path.slice(0, end);
  throw new FileError({
    where: join(folder, path),
    problem: 'the image is in no folder that could be its class',
    remedy: `put the images of each class into a folder of its own in ${folder}, or set labels: false`,
  });
}

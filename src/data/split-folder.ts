import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FileError } from '../errors.js';
import { listImages } from './image-files.js';
import { splitByName, type Split, type SplitImages } from './split.js';

/** The images of a split: the folder they are in, and where in it. */
export interface FolderSplit extends SplitImages {
  readonly folder: string;
}

/**
 * The images of a split: all of the folder of its name, or, where `root` has no folder of either name, those of `root`
 * as {@link splitByName} splits them.
 * @param inside the folder in the split's, or in `root`, that has the images
 * @throws FileError where there are none
 */
export function splitFolder(root: string, split: Split, inside = ''): FolderSplit {
  const folder = join(root, split, inside);
  if (existsSync(join(root, split))) return { folder, paths: listImages(folder) };
  const other = join(root, split === 'train' ? 'validation' : 'train');
  if (existsSync(other)) {
    throw new FileError({
      where: join(root, split),
      problem: `there is no such folder, but there is ${other}`,
      remedy: `put the ${split} images there, or all images into ${join(root, inside)}`,
    });
  }
  const whole = join(root, inside);
  return { folder: whole, ...splitByName(whole, listImages(whole), split) };
}

import { existsSync } from 'node:fs';
import { FileError } from '../errors.js';
import { listImages } from './image-files.js';
import { readPathList, requireFiles } from './path-list.js';

export type Split = 'train' | 'validation';

/** Without lists, one image of so many is for validation. */
const VALIDATION_EVERY = 20;

/** The published files that say which image is for what: a path on each line, relative to the folder of images. */
export type SplitLists = Readonly<Record<Split, string>>;

/** The images of a split, relative to their folder. */
export interface SplitImages {
  readonly paths: readonly string[];
  /** What tells them from those of the other split, where nothing but their names does. */
  readonly splitRule?: string;
}

/**
 * The images of a split, relative to `root`: those that its list names, or, where neither split has a list, all images
 * of the folder in the order of their names, every 20th from the first on for validation and the others for training.
 * @throws FileError where only the other split has a list, where files are missing or where nothing is left
 */
export function splitImages(
  root: string,
  split: Split,
  lists: SplitLists,
  extensions?: readonly string[],
): SplitImages {
  const list = lists[split];
  if (existsSync(list)) {
    const paths = readPathList(list);
    requireFiles(list, root, paths);
    return { paths };
  }
  const other = lists[split === 'train' ? 'validation' : 'train'];
  if (!existsSync(other)) {
    const { paths, splitRule = '' } = splitByName(root, listImages(root, extensions), split);
    return { paths, splitRule: `${splitRule}: there is neither ${lists.train} nor ${lists.validation}` };
  }
  throw new FileError({
    where: list,
    problem: `there is no such list, but there is ${other}`,
    remedy: `write the ${split} images into it, a path relative to ${root} on each line, or take the other list away`,
  });
}

/** One split of images in the order of their names. @throws FileError where it has none */
export function splitByName(root: string, paths: readonly string[], split: Split): SplitImages {
  const splitRule = `every ${VALIDATION_EVERY}th image of ${root}, by name, is for validation`;
  const chosen = paths.filter((_, i) => (i % VALIDATION_EVERY === 0) === (split === 'validation'));
  if (chosen.length > 0) return { paths: chosen, splitRule };
  throw new FileError({
    where: root,
    problem: 'a single image cannot be split into training and validation',
    remedy: 'add images',
  });
}

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { FileError } from '../errors.js';
import { listImages } from './image-files.js';
import { readPathList, requireFiles } from './path-list.js';
import type { Split } from './split.js';

/** Latent-diffusion leaves it out: a damaged file of the training set. */
const IGNORED = 'n06596364_9591.JPEG';

/** The folder of a split of ImageNet in latent-diffusion's layout; `dataRoot` as the parameter `data_root`. */
export function imageNetRoot(dataRoot: string | null, split: Split): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(dataRoot ?? join(cache, 'autoencoders/data'), `ILSVRC2012_${split}`);
}

/** The images of a split of ImageNet. */
export interface ImageNetFiles {
  /** What the paths are relative to. */
  readonly folder: string;
  /** `n01440764/n01440764_10026.JPEG` */
  readonly paths: readonly string[];
  /** The WordNet id of each image's class, by its folder: `n01440764`. */
  readonly synsets: readonly string[];
}

/**
 * The images that `filelist.txt` names, or, without one, all in the folder `data` in the order of their names.
 * @throws FileError where they are missing, or in no folder of a class
 */
export function imageNetFiles(root: string): ImageNetFiles {
  const folder = join(root, 'data');
  const list = join(root, 'filelist.txt');
  const paths = (existsSync(list) ? listed(list, folder) : listImages(folder)).filter(
    (path) => !path.endsWith(IGNORED),
  );
  const synsets = paths.map((path) => {
    const end = path.indexOf('/');
    if (end > 0) return path.slice(0, end);
    throw new FileError({
      where: join(folder, path),
      problem: 'the image is in no folder of a class',
      remedy: 'move each image into a folder named by the WordNet id of its class, e.g. n01440764',
    });
  });
  return { folder, paths, synsets };
}

function listed(list: string, folder: string): string[] {
  const paths = readPathList(list);
  requireFiles(list, folder, paths);
  return paths;
}

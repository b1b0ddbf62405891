import type { Params } from '../params.js';
import { FileDataset } from './file-dataset.js';
import { imagePaths } from './image-paths.js';
import type { imagePathsParams } from './image-paths.params.js';
import { readPathList, requireFiles } from './path-list.js';

/**
 * A data set of the images that a list names, images and arrays of NumPy alike: see {@link imagePaths}.
 * @throws FileError where the list cannot be read, or one of the files is not there
 */
export function openImagePaths(params: Params<typeof imagePathsParams>): FileDataset {
  const { paths, root, size, random_crop: randomCrop, max_broken: maxBroken } = params;
  const list = typeof paths === 'string' ? readPathList(paths) : paths;
  requireFiles(typeof paths === 'string' ? paths : 'paths', root, list);
  return new FileDataset(imagePaths(root, list, { size, randomCrop }), { maxBroken });
}

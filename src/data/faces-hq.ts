import type { Params } from '../params.js';
import type { celebAHQParams } from './faces-hq.params.js';
import { FileDataset } from './file-dataset.js';
import { IMAGE_EXTENSIONS } from './image-files.js';
import { imagePaths, NPY_EXTENSION } from './image-paths.js';
import { splitImages, type Split } from './split.js';

/** Where taming-transformers has the lists of a data set of faces: beside its folder, under its name. */
function listsOf(root: string): Readonly<Record<Split, string>> {
  return { train: `${root}train.txt`, validation: `${root}validation.txt` };
}

/**
 * CelebA-HQ or FFHQ in taming-transformers' layout: a folder of images or of arrays of NumPy, and beside it a list for
 * each split. Examples have `image`, a square of `size` pixels, and `file_path_`.
 * @throws FileError where the folder or what a list names is not there
 */
export function facesHQ(params: Params<typeof celebAHQParams>, split: Split): FileDataset {
  const { root, size, keys, max_broken: maxBroken } = params;
  const { paths, splitRule } = splitImages(root, split, listsOf(root), [...IMAGE_EXTENSIONS, NPY_EXTENSION]);
  return new FileDataset(imagePaths(root, paths, { size, randomCrop: false }), { maxBroken, keys, splitRule });
}

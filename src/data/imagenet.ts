import { existsSync } from 'node:fs';
import { FileError } from '../errors.js';
import { readPickledIntegers } from '../io/pickled-integers.js';
import type { Params } from '../params.js';
import type { Example } from './example.js';
import { FileDataset } from './file-dataset.js';
import { imagePaths } from './image-paths.js';
import { classNumbers, readHumanLabels, readSynsetIndex } from './imagenet-classes.js';
import { imageNetFiles, imageNetRoot, type ImageNetFiles } from './imagenet-files.js';
import type { imageNetSRParams, imageNetTrainParams, imageNetValidationParams } from './imagenet.params.js';
import type { Split } from './split.js';
import { superResolution } from './super-resolution.js';

/** The training images of ImageNet, cut out of any place; see {@link imageNet}. */
export function imageNetTrain(params: Params<typeof imageNetTrainParams>): FileDataset {
  return imageNet(params, 'train', params.config.ImageNetTrain.random_crop);
}

/** The validation images of ImageNet, cut out of the middle; see {@link imageNet}. */
export function imageNetValidation(params: Params<typeof imageNetValidationParams>): FileDataset {
  return imageNet(params, 'validation', params.config.ImageNetValidation.random_crop);
}

type ImageNetParams = Omit<Params<typeof imageNetTrainParams>, 'config'> & {
  readonly config: Omit<Params<typeof imageNetTrainParams>['config'], 'ImageNetTrain'>;
};

/**
 * ImageNet in latent-diffusion's layout. Examples have `image`, `file_path_`, `relpath`, `synsets` (the WordNet id),
 * `class_label`, and `human_label` where synset_human.txt is there.
 */
function imageNet(params: ImageNetParams, split: Split, randomCrop: boolean): FileDataset {
  const { config, data_root: dataRoot, max_broken: maxBroken } = params;
  const root = imageNetRoot(dataRoot, split);
  const all = imageNetFiles(root);
  const files = config.sub_indices === undefined ? all : ofClasses(all, root, config.sub_indices);
  const labels = labelsOf(files, root, config.keep_orig_class_label);
  const { folder, paths } = files;
  return new FileDataset(imagePaths(folder, paths, { size: config.size, randomCrop }, labels), { maxBroken });
}

/**
 * Pairs of images of ImageNet, a large one and a small one made of it, of latent-diffusion's choice of large images.
 * Examples have `image`, `LR_image` and the keys of {@link imageNet}.
 * @throws FileError where the files or the numbers of those to use are not there
 */
export function imageNetSR(params: Params<typeof imageNetSRParams>, split: Split): FileDataset {
  const root = imageNetRoot(params.data_root, split);
  const files = chosenBySize(imageNetFiles(root), params.hr_indices, split);
  const labels = labelsOf(files, root, false);
  return new FileDataset(superResolution(files.folder, files.paths, params, labels), { maxBroken: params.max_broken });
}

function chosenBySize(files: ImageNetFiles, list: string | null, split: Split): ImageNetFiles {
  const published = `data/imagenet_${split === 'train' ? 'train' : 'val'}_hr_indices.p`;
  const path = list ?? (existsSync(published) ? published : undefined);
  if (path === undefined) return files;
  const numbers = readPickledIntegers(path);
  const outside = numbers.find((number) => number < 0 || number >= files.paths.length);
  if (outside === undefined) {
    const of = (values: readonly string[]): string[] => numbers.map((number) => values[number] ?? '');
    return { folder: files.folder, paths: of(files.paths), synsets: of(files.synsets) };
  }
  throw new FileError({
    where: path,
    problem: `it names image ${outside}, but there are ${files.paths.length}`,
    remedy: 'the list is for the whole of ImageNet; take it away to use all images that are there',
  });
}

function ofClasses(files: ImageNetFiles, root: string, text: string): ImageNetFiles {
  const index = readSynsetIndex(root);
  const wanted = new Set(classNumbers(text).map((number) => index.get(number)));
  const isWanted = (_: string, i: number): boolean => wanted.has(files.synsets[i]);
  const paths = files.paths.filter(isWanted);
  if (paths.length > 0) return { folder: files.folder, paths, synsets: files.synsets.filter(isWanted) };
  throw new FileError({ where: files.folder, problem: `there are no images of the classes ${text}` });
}

function labelsOf({ paths, synsets }: ImageNetFiles, root: string, keepNumbers: boolean): (index: number) => Example {
  const numbered = keepNumbers
    ? [...readSynsetIndex(root)].map(([number, synset]) => [synset, number] as const)
    : [...new Set(synsets)].sort().map((synset, number) => [synset, number] as const);
  const numbers = new Map(numbered);
  const words = readHumanLabels(root);
  const unknown = synsets.find((synset) => !numbers.has(synset) || (words && !words.has(synset)));
  if (unknown !== undefined) {
    throw new FileError({
      where: root,
      problem: `its ${numbers.has(unknown) ? 'synset_human.txt' : 'index_synset.yaml'} does not have the class ${unknown}`,
    });
  }
  return (index) => {
    const synset = synsets[index] ?? '';
    const human = words?.get(synset);
    return {
      relpath: paths[index] ?? '',
      synsets: synset,
      class_label: numbers.get(synset) ?? 0,
      ...(human !== undefined && { human_label: human }),
    };
  };
}

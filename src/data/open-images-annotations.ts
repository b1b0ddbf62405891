import { FileError } from '../errors.js';
import type { LayoutObject } from '../layout/index.js';
import { csvLines } from './csv.js';

/** The classes that boxes are told of, and what others count as. */
export interface Categories {
  /** The number of each class by its id, from 0 on. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly mapping: ReadonlyMap<string, string>;
}

/** OpenImages has it last of all classes. */
const LAST_ID = '/m/01s55n';

/**
 * The classes of `class-descriptions-boxable.csv` that are allowed and count as no other, numbered in the order of their ids.
 * @param allowed their names; all where absent
 * @throws FileError where it cannot be read, or has none of them
 */
export function readCategories(
  path: string,
  allowed: ReadonlySet<string> | undefined,
  mapping: ReadonlyMap<string, string>,
): Categories {
  const ids: string[] = [];
  for (const [id = '', name = ''] of csvLines(path)) {
    const isHeader = id === 'LabelName';
    if (!isHeader && (allowed?.has(name) ?? true) && !mapping.has(id)) ids.push(id);
  }
  if (ids.length === 0) {
    throw new FileError({
      where: path,
      problem: 'has none of the classes',
      expected: 'lines such as "/m/011k07,Tortoise"',
      remedy: 'download class-descriptions-boxable.csv of OpenImages again',
    });
  }
  const sorted = ids.filter((id) => id !== LAST_ID).sort((a, b) => (a < b ? -1 : 1));
  if (ids.length > sorted.length) sorted.push(LAST_ID);
  return { numbers: new Map(sorted.map((id, i) => [id, i])), mapping };
}

const NUMBERS = ['XMin', 'XMax', 'YMin', 'YMax'] as const;
const FLAGS = ['IsGroupOf', 'IsOccluded', 'IsDepiction', 'IsInside'] as const;
const COLUMNS = ['ImageID', 'LabelName', ...NUMBERS, ...FLAGS] as const;
const BOX_VALUES = 4;

/** The boxes of many images, one after the other: OpenImages has 14.6 million of them. */
export class BoxAnnotations {
  /** The images in the order of the file. */
  readonly #images = new Map<string, number>();
  /** Of each box the number of its image, its class, its flags as bits, and left, top, width and height. */
  readonly #owners: number[] = [];
  readonly #categories: number[] = [];
  readonly #flags: number[] = [];
  readonly #boxes = new GrowingFloats();

  /**
   * Reads `train-annotations-bbox.csv` or the like: the boxes of these classes that are larger than `minArea`.
   * @throws FileError where it cannot be read, or is no such file
   */
  constructor(path: string, { numbers, mapping }: Categories, minArea: number) {
    const lines = csvLines(path);
    const header = lines.next().value as readonly string[] | undefined;
    const columns = COLUMNS.map((name) => header?.indexOf(name) ?? -1);
    const missing = COLUMNS.filter((_, i) => columns[i] === -1);
    if (missing.length > 0) {
      throw new FileError({
        where: path,
        problem: 'is no list of boxes of OpenImages',
        found: header ? `a first line ${header.join(',')}` : 'nothing',
        expected: `the columns ${missing.join(', ')}`,
      });
    }
    let line = 1;
    for (const fields of lines) {
      line++;
      const [image = '', label = '', ...values] = columns.map((column) => fields[column] ?? '');
      const parsed = values.map((text) => (text === '' ? NaN : Number(text)));
      const [x0 = NaN, x1 = NaN, y0 = NaN, y1 = NaN, ...flags] = parsed;
      if (parsed.some(Number.isNaN)) {
        throw new FileError({
          where: `${path}:${line}`,
          problem: 'is no box',
          found: fields.join(','),
          expected: `numbers as ${[...NUMBERS, ...FLAGS].join(', ')}`,
        });
      }
      const category = numbers.get(mapping.get(label) ?? label);
      const [width, height] = [x1 - x0, y1 - y0];
      if (category === undefined || width * height <= minArea) continue;
      this.#owners.push(this.#numberOf(image));
      this.#categories.push(category);
      // As published, whatever is not 0 is so: also -1, which says that nobody looked.
      this.#flags.push(flags.reduce((bits, flag, i) => bits | (flag === 0 ? 0 : 1 << i), 0));
      this.#boxes.push([x0, y0, width, height]);
    }
  }

  /**
   * The images with so many boxes, at least and at most, in the order of the file.
   * @returns for each its id, and its boxes once they are asked for
   */
  images(least: number, most: number): { readonly id: string; readonly objects: () => LayoutObject[] }[] {
    const { starts, order } = this.#byImage();
    const of = (i: number): LayoutObject[] =>
      Array.from(order.subarray(starts[i], starts[i + 1]), (box) => this.#object(box));
    return [...this.#images.keys()].flatMap((id, i) => {
      const count = (starts[i + 1] ?? 0) - (starts[i] ?? 0);
      return count < least || count > most ? [] : [{ id, objects: () => of(i) }];
    });
  }

  #numberOf(image: string): number {
    const known = this.#images.get(image);
    if (known !== undefined) return known;
    this.#images.set(image, this.#images.size);
    return this.#images.size - 1;
  }

  #object(i: number): LayoutObject {
    const [x0 = 0, y0 = 0, width = 0, height = 0] = this.#boxes.slice(i * BOX_VALUES, (i + 1) * BOX_VALUES);
    const flags = this.#flags[i] ?? 0;
    return {
      category: this.#categories[i] ?? 0,
      box: [x0, y0, width, height],
      isGroupOf: (flags & 1) !== 0,
      isOccluded: (flags & 2) !== 0,
      isDepiction: (flags & 4) !== 0,
      isInside: (flags & 8) !== 0,
    };
  }

  /** The boxes of each image side by side, in the order of the file: a counting sort. */
  #byImage(): { readonly starts: Uint32Array; readonly order: Uint32Array } {
    const starts = new Uint32Array(this.#images.size + 1);
    for (const owner of this.#owners) starts[owner + 1] = (starts[owner + 1] ?? 0) + 1;
    for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
    const next = starts.slice();
    const order = new Uint32Array(this.#owners.length);
    this.#owners.forEach((owner, box) => {
      const place = next[owner] ?? 0;
      order[place] = box;
      next[owner] = place + 1;
    });
    return { starts, order };
  }
}

/** Numbers as they come, in 8 bytes each. */
class GrowingFloats {
  #values = new Float64Array(1 << 12);
  #length = 0;

  push(values: readonly number[]): void {
    if (this.#length + values.length > this.#values.length) {
      const larger = new Float64Array(2 * this.#values.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(values, this.#length);
    this.#length += values.length;
  }

  slice(from: number, to: number): Float64Array {
    return this.#values.subarray(from, to);
  }
}

import { UserError } from '../errors.js';
import type { ByteImage } from '../io/images.js';
import type { HostArray, HostBatch, HostImages } from './dataset.js';
import { isImage, type Example, type LabelMap } from './example.js';

/**
 * Puts examples side by side: images become [N, H, W, C] in the memory they were decoded in, label maps classes [N, H, W]
 * that stand for one-hot channels, numbers int32 [N], lists of numbers int32 [N, L]; texts stay texts.
 * @param examples at least one, all with the same keys
 * @throws UserError where images are of different sizes
 */
export function collate(examples: readonly Example[]): HostBatch {
  const keys = Object.keys(examples[0] ?? {});
  return Object.fromEntries(
    keys.map((key) => {
      const values = examples.map((example) => example[key]);
      return [key, collateValues(key, values)];
    }),
  );
}

function collateValues(key: string, values: readonly (Example[string] | undefined)[]): HostBatch[string] {
  if (values.every((value) => typeof value === 'string')) return values;
  if (values.every((value) => typeof value === 'number')) {
    return { data: Int32Array.from(values), shape: [values.length] };
  }
  if (values.every((value) => value instanceof Int32Array)) return stackNumbers(key, values);
  if (values.every(isImage)) return stackImages(key, values);
  if (values.every(isLabelMap)) return stackLabels(key, values);
  throw new TypeError(`collate: the examples' values of "${key}" are of different kinds`);
}

function stackNumbers(key: string, lists: readonly Int32Array[]): HostArray {
  const [{ length } = new Int32Array()] = lists;
  if (lists.some((list) => list.length !== length)) {
    throw new TypeError(`collate: the examples' lists of "${key}" are of different lengths`);
  }
  return { data: joined(lists, length), shape: [lists.length, length] };
}

function stackImages(key: string, images: readonly ByteImage[]): HostImages {
  const { width, height, channels } = sameSize(key, images);
  return { bytes: images.map(({ data }) => data), shape: [images.length, height, width, channels] };
}

function stackLabels(key: string, maps: readonly LabelMap[]): HostArray {
  const { width, height, classes, dtype } = sameSize(key, maps);
  const lists = maps.map(({ labels }) => labels);
  return { data: joined(lists, width * height), shape: [maps.length, height, width], oneHot: { classes, dtype } };
}

/** Lists of the same length, one after the other. */
function joined(lists: readonly ArrayLike<number>[], length: number): Int32Array {
  const data = new Int32Array(lists.length * length);
  lists.forEach((list, i) => {
    data.set(list, i * length);
  });
  return data;
}

function sameSize<T extends { readonly width: number; readonly height: number }>(key: string, items: readonly T[]): T {
  const [first] = items;
  if (!first) throw new RangeError('collate: no examples');
  const other = items.find(({ width, height }) => width !== first.width || height !== first.height);
  if (!other) return first;
  throw new UserError({
    problem: `"${key}" has images of different sizes, which cannot be one batch`,
    found: `${first.width}×${first.height} and ${other.width}×${other.height} pixels`,
    remedy: "set 'size' (and 'crop_size', where the data set has it), or batch_size: 1",
  });
}

function isLabelMap(value: unknown): value is LabelMap {
  return typeof value === 'object' && value !== null && 'labels' in value;
}

import { open } from 'node:fs/promises';
import { FileError, UserError } from '../errors.js';
import { fileProblem } from '../io/file-problems.js';
import type { ByteImage } from '../io/images.js';
import type { Params } from '../params.js';
import type { HostGenerator } from '../random/index.js';
import type { Example } from './example.js';
import { shardsOf } from './expand-braces.js';
import { FileDataset } from './file-dataset.js';
import type { Size } from './geometry.js';
import { npyImage } from './read-npy-image.js';
import { decodeScaled, place, scaleImage } from './scaled-image.js';
import { FIELDS, imageEnd, readShard, type Sample } from './shard-index.js';
import type { webDatasetParams } from './webdataset.params.js';

type WebDatasetParams = Params<typeof webDatasetParams>;
type Field = (typeof FIELDS)[number];

/** The keys of a batch that the members of these names become. */
const KEYS = { cls: 'class_label', txt: 'caption', json: 'json' } as const satisfies Record<Field, string>;

/**
 * Tar shards of local disks in WebDataset's form. Their headers are read once, when the data set is opened; then any
 * example can be had from its place, so that the order is the loader's as for any other data set.
 * Examples have `image`, `__key__`, `file_path_`, and of `cls`, `txt` and `json` what the first one has: `class_label`,
 * `caption` and `json`, the text itself.
 * @throws FileError where a shard is not there or damaged, and where an example lacks what others have
 */
export function webDataset(params: WebDatasetParams): FileDataset {
  const { keys } = params;
  const samples = shardsOf(params.urls).flatMap(readShard);
  const fields = FIELDS.filter((field) => {
    const isWanted = keys === null || keys.includes(KEYS[field]);
    return isWanted && samples[0]?.members.has(field) === true;
  });
  for (const sample of samples) {
    imageEnd(sample, params.image_key);
    requireFields(sample, fields);
  }
  const source = {
    length: samples.length,
    read: async (index: number, random: HostGenerator): Promise<Example> => {
      const sample = samples[index];
      if (!sample) throw new RangeError(`index ${index} of ${samples.length} examples`);
      return readSample(sample, fields, params, random);
    },
  };
  return new FileDataset(source, { maxBroken: params.max_broken, keys });
}

function requireFields({ shard, key, members }: Sample, fields: readonly Field[]): void {
  const missing = fields.find((field) => !members.has(field));
  if (missing === undefined) return;
  throw new FileError({
    where: `${shard}: ${key}`,
    problem: `the example has no .${missing}, which the first one has`,
    remedy: `write the shard again, or let 'keys' name what batches should have, without ${KEYS[missing]}`,
  });
}

async function readSample(
  sample: Sample,
  fields: readonly Field[],
  params: WebDatasetParams,
  random: HostGenerator,
): Promise<Example> {
  const { shard, key } = sample;
  const end = imageEnd(sample, params.image_key);
  const contents = await readMembers(sample, [end, ...fields]);
  const where = `${shard}: ${key}.${end}`;
  const bytes = contents.get(end) ?? Buffer.alloc(0);
  const values = fields.map((field) => {
    const text = (contents.get(field) ?? '').toString().trim();
    return [KEYS[field], field === 'cls' ? classOf(`${shard}: ${key}.cls`, text) : text] as const;
  });
  return {
    image: await readPixels(where, bytes, params, random),
    ...Object.fromEntries(values),
    __key__: key,
    file_path_: `${shard}/${key}.${end}`,
  };
}

async function readPixels(
  where: string,
  bytes: Buffer,
  params: WebDatasetParams,
  random: HostGenerator,
): Promise<ByteImage> {
  const { size, crop_size: cropSize, random_crop: randomCrop, flip_p: flipP, channels, interpolation } = params;
  const placement = (whole: Size) => place(whole, { size, cropSize, randomCrop, flipP }, random);
  if (!where.endsWith('npy')) return decodeScaled(where, bytes, placement, { channels, interpolation });
  const image = npyImage(where, bytes);
  if (image.channels === channels) return scaleImage(image, placement(image), interpolation);
  throw new UserError({ where, path: 'channels', problem: 'arrays of NumPy are RGB', remedy: 'set channels: 3' });
}

/** One read for all of them: the members of an example lie side by side. */
async function readMembers({ shard, members }: Sample, ends: readonly string[]): Promise<Map<string, Buffer>> {
  const wanted = ends.flatMap((end) => {
    const member = members.get(end);
    return member ? [{ end, ...member }] : [];
  });
  const start = Math.min(...wanted.map(({ offset }) => offset));
  const bytes = await readRange(shard, start, Math.max(...wanted.map(({ offset, size }) => offset + size)));
  return new Map(
    wanted.map(({ end, offset, size }) => [end, bytes.subarray(offset - start, offset - start + size)] as const),
  );
}

async function readRange(path: string, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(end - start);
  let count: number;
  try {
    const file = await open(path);
    try {
      count = (await file.read(bytes, 0, bytes.length, start)).bytesRead;
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileProblem(path, 'read the shard', cause);
  }
  if (count === bytes.length) return bytes;
  throw new FileError({
    where: path,
    problem: `the shard ends at byte ${start + count}: it has become shorter since the run began`,
    remedy: 'leave the shards alone while a run reads them',
  });
}

function classOf(where: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new FileError({ where, problem: 'not the number of a class', found: text.slice(0, 80) });
}

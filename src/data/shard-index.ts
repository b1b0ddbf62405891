import { FileError, listNames } from '../errors.js';
import { readTarIndex, type TarMember } from '../io/tar.js';
import { IMAGE_EXTENSIONS } from './image-files.js';

/** The members of one example in a shard, by the end of their names: `jpg`, `cls`, `seg.png`. */
export interface Sample {
  readonly shard: string;
  /** What the names of its members have in common. */
  readonly key: string;
  readonly members: ReadonlyMap<string, TarMember>;
}

/** What becomes a key of a batch, besides the image. */
export const FIELDS = ['cls', 'txt', 'json'] as const;

/** The ends of images' names in shards: `npy` is an array of NumPy. */
const IMAGE_ENDS: readonly string[] = [...IMAGE_EXTENSIONS.map((extension) => extension.slice(1)), 'npy'];

/**
 * The examples of shards, in the order they have there. WebDataset's grouping: members that follow one another and have
 * the same path up to the first dot of the file's name are one example.
 * (https://github.com/webdataset/webdataset, "The WebDataset Format")
 * @throws FileError where a shard cannot be read, has no examples, or has two members of one name
 */
export function readShard(shard: string): Sample[] {
  const samples: Sample[] = [];
  let current: { readonly key: string; readonly members: Map<string, TarMember> } | undefined;
  for (const member of readTarIndex(shard)) {
    const split = splitName(member.name);
    if (!split) continue;
    if (current?.key !== split.key) {
      current = { key: split.key, members: new Map() };
      samples.push({ shard, ...current });
    }
    if (current.members.has(split.end)) {
      throw new FileError({
        where: shard,
        problem: `two members are ${member.name}`,
        remedy: 'write the shard again, each example under a name of its own',
      });
    }
    current.members.set(split.end, member);
  }
  if (samples.length > 0) return samples;
  throw new FileError({
    where: shard,
    problem: 'there are no examples in this shard',
    expected: 'members such as 000000.jpg and 000000.cls',
  });
}

/** The end of the name of the member that is the example's image. @throws FileError where none or several could be */
export function imageEnd({ shard, key, members }: Sample, wanted: string | null): string {
  const ends = [...members.keys()];
  const accepted = wanted === null ? IMAGE_ENDS : [wanted.toLowerCase()];
  const found = ends.filter((end) => accepted.includes(end));
  const [end] = found;
  if (end !== undefined && found.length === 1) return end;
  throw new FileError({
    where: `${shard}: ${key}`,
    problem: found.length > 1 ? 'several members of the example are images' : 'the example has no image',
    found: listNames(ends),
    expected: accepted.join(' or '),
    remedy: found.length > 1 ? "name the one to take with 'image_key'" : 'write the shard again without it',
  });
}

/** Hidden members and those that begin with `__` are about the shard. */
function splitName(name: string): { readonly key: string; readonly end: string } | undefined {
  const path = name.replace(/^\.\//, '');
  const start = path.lastIndexOf('/') + 1;
  const dot = path.indexOf('.', start);
  if (dot <= start || path.startsWith('__', start)) return undefined;
  return { key: path.slice(0, dot), end: path.slice(dot + 1).toLowerCase() };
}

import { FileError } from '../../errors.js';
import type { OpenFile } from '../open-file.js';
import { ByteReader } from './byte-reader.js';
import { loadPersistentId } from './persistent-id.js';
import { readPickle } from './pickle.js';
import { describeValue, PickleDict, PickleError, type PickleValue } from './pickle-values.js';
import { asFileErrors, pytorchFile, type PyTorchFile } from './pytorch-file.js';
import type { StorageBytes } from './read-tensor.js';
import { StorageRecord } from './tensor-record.js';
import { otherByteOrder } from './zip-file.js';

/** The first pickle of the file. */
const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/**
 * Opens what torch.save wrote before PyTorch 1.6, and writes on request: five pickles (a magic number, the version, the
 * machine, the object, the storages' keys), then each storage, its element count as 8 bytes and its data.
 * It has no checksums: damage to values goes unnoticed.
 *
 * @throws FileError where it is damaged or something else
 */
export function openLegacyFile(file: OpenFile): PyTorchFile {
  const reader = new ByteReader(file, 0, file.size);
  const storages = new Map<string, StorageRecord>();
  const contents = asFileErrors(file, undefined, () => readPickles(file, reader, storages));
  const { places, problem } = asFileErrors(file, undefined, () => placesOf(file, reader, contents.keys, storages));
  const weights = pytorchFile(file, contents.root, contents.bytes, ({ key }) => {
    const place = places.get(key);
    if (!place) throw new PickleError(problem ?? `the file has no storage ${key}`);
    return place;
  });
  // Where it is in no tensor's way, the file is damaged all the same.
  if (problem !== undefined) throw file.damaged(problem);
  return weights;
}

function readPickles(file: OpenFile, reader: ByteReader, storages: Map<string, StorageRecord>) {
  const magic = readPickle(reader);
  if (magic !== MAGIC_NUMBER) {
    throw new FileError({
      where: file.path,
      problem: 'is a pickle of Python, but not one that torch.save wrote',
      found: `it begins with ${describeValue(magic)}`,
      remedy: 'save the weights in PyTorch: torch.save(state_dict, path)',
    });
  }
  const version = readPickle(reader);
  if (version !== PROTOCOL_VERSION) throw new PickleError(`its version is ${describeValue(version)}`);
  const machine = readPickle(reader);
  const littleEndian = machine instanceof PickleDict ? machine.get('little_endian') : undefined;
  if (littleEndian === false) throw otherByteOrder(file, 'big');
  const begin = reader.position;
  const root = readPickle(reader, (id) => {
    const value = loadPersistentId(id);
    if (value instanceof StorageRecord) remember(storages, value);
    return value;
  });
  return { root, bytes: reader.position - begin, keys: readPickle(reader) };
}

function remember(storages: Map<string, StorageRecord>, storage: StorageRecord): void {
  const { count, elements } = storages.get(storage.key) ?? storage;
  if (count !== storage.count || elements !== storage.elements) {
    throw new PickleError(`it describes storage ${storage.key} in two ways`);
  }
  storages.set(storage.key, storage);
}

/**
 * Goes through the storages, which lie one after the other in the order of their keys, up to the first one that is not
 * where it should be: `problem` says why.
 */
function placesOf(
  file: OpenFile,
  { position }: ByteReader,
  keys: PickleValue,
  storages: ReadonlyMap<string, StorageRecord>,
): { places: Map<string, StorageBytes>; problem?: string } {
  if (!Array.isArray(keys)) throw new PickleError(`its list of storages is ${describeValue(keys)}`);
  const places = new Map<string, StorageBytes>();
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage) throw new PickleError(`it lists storage ${describeValue(key)}, which belongs to no tensor`);
    const { key: name, count, elements } = storage;
    const start = position + 8;
    const length = count * elements.bytes;
    if (start + length > file.size) {
      const problem = `truncated: storage ${name} ends at byte ${start + length}, the file at ${file.size}`;
      return { places, problem };
    }
    const written = Number(file.bytes(position, 8).readBigUInt64LE());
    if (written !== count) return { places, problem: `storage ${name} claims ${written} elements, not ${count}` };
    places.set(name, { start, length, crc32: undefined });
    position = start + length;
  }
  if (position === file.size) return { places };
  return { places, problem: `${file.size - position} bytes at its end belong to no tensor` };
}

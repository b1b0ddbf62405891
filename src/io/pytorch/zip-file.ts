import { crc32 } from '@node-rs/crc32';
import { FileError } from '../../errors.js';
import type { OpenFile } from '../open-file.js';
import { ByteReader } from './byte-reader.js';
import { loadPersistentId } from './persistent-id.js';
import { readPickle } from './pickle.js';
import { PickleError } from './pickle-values.js';
import { asFileErrors, pytorchFile, type PyTorchFile } from './pytorch-file.js';
import { readZipDirectory, storedEntry, type ZipEntry } from './zip-reader.js';

/** Larger than the pickle of any weights: tensors lie in entries of their own. */
const MAX_PICKLE_BYTES = 2 ** 28;

/** Newest version of the format that PyTorch 2 knows. */
const MAX_VERSION = 10;

/**
 * Opens what torch.save writes since PyTorch 1.6: a zip archive of one folder with a pickle, `data.pkl`, and one entry
 * per storage, `data/0`, `data/1` …. A script that torch.jit.save wrote is laid out alike; of the program in it, `code/`
 * and `constants.pkl`, nothing is read.
 *
 * @throws FileError where it is damaged or something else
 */
export function openZipFile(file: OpenFile): PyTorchFile {
  const entries = readZipDirectory(file);
  const [first = ''] = entries.keys();
  const folder = first.slice(0, first.indexOf('/') + 1);
  const pickle = storedEntry(file, entries, `${folder}data.pkl`);
  if (!pickle) throw noWeights(file, entries);
  checkFormat(file, entries, folder);
  verify(file, pickle);
  const reader = new ByteReader(file, pickle.start, pickle.start + pickle.length);
  const root = asFileErrors(file, undefined, () => readPickle(reader, loadPersistentId));
  return pytorchFile(file, root, pickle.length, ({ key, count, elements }) => {
    const entry = storedEntry(file, entries, `${folder}data/${key}`);
    if (!entry) throw new PickleError(`the file has no entry ${folder}data/${key}`);
    if (entry.length < count * elements.bytes) {
      throw new PickleError(
        `${entry.name} has ${entry.length} bytes, where ${count} ${elements.name} take ${count * elements.bytes}`,
      );
    }
    return entry;
  });
}

function noWeights(file: OpenFile, entries: ReadonlyMap<string, ZipEntry>): FileError {
  return new FileError({
    where: file.path,
    problem: 'is a zip archive, but not one that torch.save wrote: it has no data.pkl',
    found: [...entries.keys()].slice(0, 5).join(', ') || 'an empty archive',
    remedy: 'if it was packed around the weights, unpack it: unzip FILE',
  });
}

function checkFormat(file: OpenFile, entries: ReadonlyMap<string, ZipEntry>, folder: string): void {
  const version =
    shortText(file, storedEntry(file, entries, `${folder}version`)) ??
    shortText(file, storedEntry(file, entries, `${folder}.data/version`));
  if (version !== undefined && !(Number(version) >= 1 && Number(version) <= MAX_VERSION)) {
    throw new FileError({
      where: file.path,
      problem: 'was written in a later form of the format',
      found: `version ${version}`,
      expected: `1 to ${MAX_VERSION}`,
      remedy: 'save it as safetensors in Python, or update ldm-runner',
    });
  }
  const byteOrder = shortText(file, storedEntry(file, entries, `${folder}byteorder`));
  if (byteOrder !== undefined && byteOrder !== 'little') throw otherByteOrder(file, byteOrder);
}

/** What is said of a file from a machine of the other kind. */
export function otherByteOrder(file: OpenFile, found: string): FileError {
  return new FileError({
    where: file.path,
    problem: 'was written on a machine whose numbers begin with their high bytes',
    found: `byte order ${found}`,
    expected: 'little',
    remedy: 'save it again in PyTorch on an x86 or ARM machine',
  });
}

/** The text of an entry of a few bytes; undefined where there is no such entry. */
function shortText(file: OpenFile, entry: ZipEntry | undefined): string | undefined {
  if (!entry) return undefined;
  if (entry.length > 64) throw file.damaged(`its entry ${entry.name} has ${entry.length} bytes`);
  const bytes = file.bytes(entry.start, entry.length, entry.name);
  if (entry.crc32 !== undefined && crc32(bytes) !== entry.crc32) throw mismatch(file, entry);
  return bytes.toString('latin1').trim();
}

function verify(file: OpenFile, entry: ZipEntry): void {
  if (entry.length > MAX_PICKLE_BYTES) {
    throw file.damaged(`its pickle ${entry.name} has ${entry.length} bytes, more than any weights need`);
  }
  if (entry.crc32 === undefined) return;
  const bytes = file.bytes(entry.start, entry.length, entry.name);
  if (crc32(bytes) !== entry.crc32) throw mismatch(file, entry);
}

function mismatch(file: OpenFile, { name }: ZipEntry): FileError {
  return file.damaged(`its entry ${name} is damaged: it does not match its checksum`);
}

import { FileError } from '../errors.js';
import type { HostTensor } from './host-tensor.js';
import { OpenFile } from './open-file.js';
import { openLegacyFile } from './pytorch/legacy-file.js';
import { openZipFile } from './pytorch/zip-file.js';
import { isWeight, RUN_CHECKPOINT_KEY, statesAmong } from './run-checkpoint.js';
import { MAX_HEADER_BYTES } from './safetensors-header.js';
import { openSafetensors } from './safetensors.js';
import type { TensorSource } from './tensor-source.js';

/** What a file of weights is, whatever its name ends in. */
export type WeightsFormat = 'safetensors' | 'checkpoint of a run' | 'PyTorch (zip)' | 'PyTorch (legacy)';

/** The weights of a file by published name, in the file's order, read one at a time. Close it when done. */
export interface WeightsFile extends TensorSource {
  readonly path: string;
  readonly format: WeightsFormat;
  /** What the file holds besides weights: an optimizer's state, the state of callbacks …. */
  readonly leftOut: readonly string[];
  /** The training's progress, where the file says it. */
  readonly globalStep?: number;
  readonly epoch?: number;
  close(): void;
}

type Contents = Omit<WeightsFile, 'path' | 'close'>;

/**
 * Opens a file of weights: safetensors, a checkpoint of a run of ours, or what torch.save writes (`.ckpt`, `.pt`,
 * `.pth`), told apart by what is in it. Nothing that the file says is ever executed.
 *
 * @throws FileError where it is missing, damaged or something else
 */
export function openWeights(path: string): WeightsFile {
  const file = new OpenFile(path);
  try {
    return {
      ...openContents(file),
      path,
      close: () => {
        file.close();
      },
    };
  } catch (cause) {
    file.close();
    throw cause;
  }
}

/** All weights of a file at once. @throws FileError as {@link openWeights}, and on a tensor that is damaged */
export function readWeights(path: string): Map<string, HostTensor> {
  const file = openWeights(path);
  try {
    return new Map([...file.tensors.keys()].map((name) => [name, file.read(name)]));
  } finally {
    file.close();
  }
}

function openContents(file: OpenFile): Contents {
  const head = file.bytes(0, Math.min(file.size, 512));
  if (head.length >= 4 && head.readUInt32LE() === 0x04034b50) return { format: 'PyTorch (zip)', ...openZipFile(file) };
  const [first, second = 0, third] = head;
  // The operation that gives a pickle's protocol, and then that of the magic number, an integer of 10 bytes.
  const isPickle = first === 0x80 && second <= 5 && head.length >= 2;
  if (isPickle && (third === 0x8a || head[8] !== 0x7b)) return { format: 'PyTorch (legacy)', ...openLegacyFile(file) };
  if (looksLikeSafetensors(head)) return safetensorsContents(file);
  throw unknown(file, head);
}

/** A length that the format allows, then JSON. */
function looksLikeSafetensors(head: Buffer): boolean {
  return head.length >= 9 && head[8] === 0x7b && head.readBigUInt64LE() <= BigInt(MAX_HEADER_BYTES);
}

function safetensorsContents(file: OpenFile): Contents {
  const { tensors, metadata, read } = openSafetensors(file);
  const state = metadata[RUN_CHECKPOINT_KEY];
  if (state === undefined) return { format: 'safetensors', tensors, read, leftOut: [] };
  const weights = new Map([...tensors].filter(([name]) => isWeight(name)));
  return {
    format: 'checkpoint of a run',
    tensors: weights,
    read,
    leftOut: [...statesAmong(tensors.keys()), 'progress', 'config'],
    ...progressOf(state),
  };
}

/** Any program may have written the entry: what is not as expected is taken for absent. */
function progressOf(state: string): Pick<WeightsFile, 'globalStep' | 'epoch'> {
  try {
    const { progress } = JSON.parse(state) as { progress: { globalStep: unknown; epoch: unknown } };
    const { globalStep, epoch } = progress;
    return {
      ...(typeof globalStep === 'number' && { globalStep }),
      ...(typeof epoch === 'number' && { epoch }),
    };
  } catch {
    return {};
  }
}

/** What else people take for a file of weights, by how it begins. */
function whatItIs(head: Buffer): readonly [what: string, remedy?: string] {
  const text = head.toString('latin1');
  if (head.length === 0) return ['an empty file', 'download it again'];
  if (text.startsWith('version https://git-lfs'))
    return ['a pointer of git-lfs', 'fetch the file itself: git lfs pull'];
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) return ['a web page', 'download the file itself'];
  if (text.startsWith('\x89HDF')) return ['an HDF5 file', 'convert it to safetensors in Python'];
  if (text.startsWith('GGUF')) return ['a GGUF file', 'convert it to safetensors in Python'];
  if (text.startsWith('\x93NUMPY')) return ['a NumPy array', 'convert it to safetensors in Python'];
  if (text.startsWith('\x1f\x8b')) return ['compressed with gzip', 'unpack it: gzip -d FILE'];
  if (text.slice(257, 262) === 'ustar') {
    return [
      'a tar archive, as PyTorch wrote before version 0.1.10, or one packed around the weights',
      'unpack it (tar -xf FILE) or save it again in a newer PyTorch',
    ];
  }
  return [`it begins with ${JSON.stringify(text.slice(0, 16))}`];
}

function unknown(file: OpenFile, head: Buffer): FileError {
  const [found, remedy = 'check the path, or download the file again'] = whatItIs(head);
  return new FileError({
    where: file.path,
    problem: 'is no file of weights',
    found,
    expected: 'safetensors, or what torch.save writes (.ckpt, .pt, .pth)',
    remedy,
  });
}

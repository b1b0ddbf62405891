import { FileError } from '../../errors.js';
import type { HostTensor } from '../host-tensor.js';
import { RESTORE, type OpenFile } from '../open-file.js';
import { found, type TensorInfo, type TensorSource } from '../tensor-source.js';
import { findWeights, type SavedWeights } from './flatten.js';
import { PickleError, type PickleValue } from './pickle-values.js';
import { TensorReader, type StorageBytes } from './read-tensor.js';
import type { StorageRecord, TensorRecord } from './tensor-record.js';

/** The weights of a file that torch.save wrote, read one at a time. */
export interface PyTorchFile extends TensorSource, Pick<SavedWeights, 'leftOut' | 'globalStep' | 'epoch'> {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

/** Finds the bytes of a storage. @throws PickleError where the file has none, or not as many */
export type Locate = (storage: StorageRecord) => StorageBytes;

/**
 * The weights that a pickle describes; every one of them is checked to lie where it says.
 * @param pickleBytes the size of that pickle
 * @throws FileError naming the tensor at fault
 */
export function pytorchFile(file: OpenFile, root: PickleValue, pickleBytes: number, locate: Locate): PyTorchFile {
  const { records, ...rest } = asFileErrors(file, undefined, () => findWeights(root, pickleBytes));
  const entries = new Map(
    [...records].map(([name, record]) => [name, asFileErrors(file, name, () => entryOf(record, locate))]),
  );
  const reader = new TensorReader(file);
  return {
    ...rest,
    tensors: new Map([...entries].map(([name, { info }]) => [name, info])),
    read: (name): HostTensor => {
      const { record, info, bytes } = found(entries, name);
      return reader.read(name, record, info.dtype, bytes);
    },
  };
}

/** Runs `read`, whose complaints about the pickle become errors that name the file, and the tensor where it is known. */
export function asFileErrors<T>(file: OpenFile, tensor: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof PickleError)) throw cause;
    const subject = tensor === undefined ? 'cannot be read' : `tensor '${tensor}' cannot be read`;
    throw new FileError(
      { where: file.path, problem: `${subject}: ${cause.message}`, remedy: cause.remedy ?? RESTORE },
      { cause },
    );
  }
}

function entryOf(record: TensorRecord, locate: Locate) {
  return { record, info: record.info(), bytes: locate(record.storage) };
}

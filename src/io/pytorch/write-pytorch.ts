import { writeAtomically } from '../atomic-write.js';
import { elementCount, type HostTensor } from '../host-tensor.js';
import { filledBytes, toSource, type TensorInfo, type TensorSource } from '../tensor-source.js';
import { PickleWriter } from './pickle-writer.js';
import { storageClassOf } from './storage-types.js';
import { ZipWriter } from './zip-writer.js';

/** The name PyTorch itself uses where it knows no better. */
const FOLDER = 'archive';

/** The version of the format that PyTorch writes since 1.6. */
const VERSION = '3\n';

/** What a checkpoint says beside its weights. */
export interface CheckpointFacts {
  readonly global_step: number;
  readonly epoch: number;
}

/**
 * Writes weights as torch.save does, for `torch.load` of PyTorch 1.6 and later: a zip archive with a pickle of protocol
 * 2 and one entry per tensor. A source is read one tensor at a time; the file may be of any size.
 *
 * @param facts with them, a checkpoint is written, `{state_dict, global_step, epoch}`; without, the state dict alone.
 * @throws WriteError where the file cannot be written; what `path` held before is then untouched.
 */
export function writePyTorch(
  path: string,
  tensors: ReadonlyMap<string, HostTensor> | TensorSource,
  facts?: CheckpointFacts,
): void {
  const source = toSource(tensors);
  const names = [...source.tensors.keys()];
  writeAtomically(path, (append) => {
    const zip = new ZipWriter(append);
    zip.add(`${FOLDER}/data.pkl`, describe(source, facts));
    zip.add(`${FOLDER}/byteorder`, Buffer.from('little'));
    names.forEach((name, i) => {
      zip.add(`${FOLDER}/data/${i}`, filledBytes(source, name));
    });
    zip.add(`${FOLDER}/version`, Buffer.from(VERSION));
    zip.finish();
  });
}

function describe({ tensors }: TensorSource, facts: CheckpointFacts | undefined): Buffer {
  const pickle = new PickleWriter();
  const stateDict = (): void => {
    emptyOrderedDict(pickle);
    pickle.items(() => {
      [...tensors].forEach(([name, info], i) => {
        pickle.text(name);
        writeTensor(pickle, info, String(i));
      });
    });
  };
  if (!facts) {
    stateDict();
    return pickle.finish();
  }
  pickle.emptyDict().items(() => {
    pickle.text('state_dict');
    stateDict();
    for (const [name, value] of Object.entries(facts)) pickle.text(name).integer(value as number);
  });
  return pickle.finish();
}

function emptyOrderedDict(pickle: PickleWriter): void {
  pickle
    .global('collections', 'OrderedDict')
    .tuple(() => undefined)
    .reduce();
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward hooks)` */
function writeTensor(pickle: PickleWriter, { dtype, shape }: TensorInfo, key: string): void {
  const sizes = (values: readonly number[]): void => {
    pickle.tuple(() => {
      for (const value of values) pickle.integer(value);
    });
  };
  pickle.global('torch._utils', '_rebuild_tensor_v2').tuple(() => {
    pickle
      .tuple(() => {
        pickle.text('storage').global('torch', storageClassOf(dtype));
        pickle.text(key).text('cpu').integer(elementCount(shape));
      })
      .persistentId();
    pickle.integer(0);
    sizes(shape);
    sizes(rowMajorStrides(shape));
    pickle.false();
    emptyOrderedDict(pickle);
  });
  pickle.reduce();
}

/** As PyTorch counts them: an axis without elements counts as one. */
function rowMajorStrides(shape: readonly number[]): number[] {
  let stride = 1;
  return shape
    .map((_, i) => shape.length - 1 - i)
    .map((axis) => {
      const own = stride;
      stride *= Math.max(shape[axis] ?? 1, 1);
      return own;
    })
    .reverse();
}

import { existsSync, realpathSync } from 'node:fs';
import { extname } from 'node:path';
import { listNames, nearestNames, UserError } from '../errors.js';
import { findCheckpoint } from '../io/find-checkpoint.js';
import { arrayTypes, elementCount } from '../io/host-tensor.js';
import { writePyTorch } from '../io/pytorch/write-pytorch.js';
import { requireWritable } from '../io/require-writable.js';
import { writeSafetensors } from '../io/safetensors.js';
import { found, type TensorInfo, type TensorSource } from '../io/tensor-source.js';
import { isFloat, toFloatType, type FloatType } from '../io/to-dtype.js';
import { openWeights, type WeightsFile } from '../io/weights-file.js';
import { alignFacts } from './columns.js';
import { choiceFlag, textFlag, type Flags } from './flags.js';

interface Writer {
  readonly format: string;
  /** What it keeps of what the file holds besides weights. */
  readonly keeps?: readonly string[];
  readonly write: (output: string, source: TensorSource, file: WeightsFile) => void;
}

const stateDict: Writer = {
  format: 'PyTorch (zip), a state dict',
  write: (output, source) => {
    writePyTorch(output, source);
  },
};

/** What is written, by how the name of the file ends. */
const writers: Readonly<Record<string, Writer>> = {
  '.safetensors': {
    format: 'safetensors',
    write: (output, source) => {
      // The entry by which other programs know the layout of the weights.
      writeSafetensors(output, source, { format: 'pt' });
    },
  },
  '.ckpt': {
    format: 'PyTorch (zip), a checkpoint with its weights in state_dict',
    keeps: ['global_step', 'epoch'],
    write: (output, source, { globalStep = 0, epoch = 0 }) => {
      writePyTorch(output, source, { global_step: globalStep, epoch });
    },
  },
  '.pt': stateDict,
  '.pth': stateDict,
};

const dtypeNames = { keep: undefined, float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const;

/** `ldm convert IN OUT`: writes the weights of a file in another format. Returns the exit code. */
export function convert(input: string, output: string, flags: Flags): number {
  const writer = writerFor(output);
  const choices = Object.keys(dtypeNames) as (keyof typeof dtypeNames)[];
  const dtype = dtypeNames[choiceFlag(flags, 'dtype', choices, 'keep')];
  const part = textFlag(flags, 'prefix');
  const prefix = part === undefined ? '' : part.replace(/\.?$/, '.');
  const path = findCheckpoint(input);
  if (existsSync(output) && realpathSync(output) === realpathSync(path)) {
    throw new UserError({ where: output, problem: 'is the file to convert itself', remedy: 'choose another name' });
  }
  requireWritable(output);
  const file = openWeights(path);
  try {
    const source = converted(file, prefix, dtype);
    writer.write(output, source, file);
    report({ file, source, output, writer, prefix, json: flags.json === true });
  } finally {
    file.close();
  }
  return 0;
}

function writerFor(output: string): Writer {
  const extension = extname(output).toLowerCase();
  const writer = Object.hasOwn(writers, extension) ? writers[extension] : undefined;
  if (writer) return writer;
  const extensions = Object.keys(writers);
  throw new UserError({
    where: output,
    problem: 'the name of the file to write does not say its format',
    found: extension === '' ? 'no extension' : extension,
    expected: `one of ${extensions.join(', ')}`,
    nearest: nearestNames(extension, extensions),
    remedy: 'ldm convert --help',
  });
}

/** The weights below the prefix, without it, in the type that is asked for. */
function converted(file: WeightsFile, prefix: string, dtype: FloatType | undefined): TensorSource {
  const chosen = [...file.tensors].filter(([name]) => name.startsWith(prefix));
  if (chosen.length === 0) {
    const names = file.tensors.size > 0 ? [...file.tensors.keys()] : file.leftOut;
    throw new UserError({
      where: file.path,
      problem: prefix === '' ? 'has no weights' : `has no weights below ${prefix}`,
      found: listNames(names) || 'nothing',
    });
  }
  const originals = new Map(chosen.map(([name]) => [name.slice(prefix.length), name]));
  const info = ({ dtype: own, shape }: TensorInfo): TensorInfo => ({
    dtype: dtype !== undefined && isFloat({ dtype: own }) ? dtype : own,
    shape,
  });
  return {
    tensors: new Map(chosen.map(([name, own]) => [name.slice(prefix.length), info(own)])),
    read: (name) => {
      const tensor = file.read(found(originals, name));
      return dtype === undefined ? tensor : toFloatType(tensor, dtype);
    },
  };
}

interface Conversion {
  readonly file: WeightsFile;
  readonly source: TensorSource;
  readonly output: string;
  readonly writer: Writer;
  readonly prefix: string;
  readonly json: boolean;
}

function report({ file, source, output, writer: { format, keeps = [] }, prefix, json }: Conversion): void {
  const bytes = [...source.tensors.values()].reduce(
    (sum, { dtype, shape }) => sum + elementCount(shape) * arrayTypes[dtype].BYTES_PER_ELEMENT,
    0,
  );
  const other = file.tensors.size - source.tensors.size;
  const notKept = file.leftOut.filter((name) => !keeps.includes(name));
  const leftOut = [...notKept, ...(other > 0 ? [`${other} weights that are not below ${prefix}`] : [])];
  if (json) {
    const { path, format: from } = file;
    const facts = { input: { path, format: from }, output: { path: output, format }, tensors: source.tensors.size };
    console.log(JSON.stringify({ ...facts, bytes, left_out: leftOut }, null, 2));
    return;
  }
  console.log(
    alignFacts([
      ['from', `${file.path}: ${file.format}`],
      ['to', `${output}: ${format}`],
      ['weights', `${source.tensors.size.toLocaleString('en')}, ${bytes.toLocaleString('en')} bytes`],
      ...(leftOut.length > 0 ? [['left out', listNames(leftOut, 12)] as const] : []),
    ]),
  );
}

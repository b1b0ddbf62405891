import {
  asSize,
  asSizes,
  describeValue,
  InertObject,
  PickleDict,
  PickleError,
  PickleGlobal,
  ScriptObject,
  type PickleValue,
} from './pickle-values.js';
import { elementTypeNamed } from './storage-types.js';
import { StorageRecord, TensorRecord } from './tensor-record.js';

type Arguments = readonly PickleValue[];

/** What a pickle may call, and what that gives: all of it data, made here. The one list of such names. */
const constructors: ReadonlyMap<string, (args: Arguments) => PickleValue> = new Map([
  ...named('collections', { OrderedDict: toDict, Counter: toDict, defaultdict: () => new PickleDict() }),
  ...named('builtins', {
    dict: toDict,
    list: toList,
    tuple: toList,
    int: ([value = 0]) => value,
    float: ([value = 0]) => value,
    bool: ([value = false]) => value,
    str: ([value = '']) => value,
  }),
  ...inert('builtins', ['set', 'frozenset', 'complex', 'bytearray', 'bytes', 'object', 'slice', 'range']),
  ...named('_codecs', { encode: ([text]) => (typeof text === 'string' ? Buffer.from(text, 'latin1') : null) }),
  ...named('torch._utils', {
    _rebuild_tensor: toTensor,
    _rebuild_tensor_v2: toTensor,
    _rebuild_tensor_v3: toTypedTensor,
    _rebuild_parameter: first,
    _rebuild_parameter_with_state: first,
  }),
  ...named('torch._tensor', { _rebuild_from_type_v2: fromType }),
  ...named('torch', { Size: toList }),
  ...named('torch.jit._pickle', {
    build_intlist: toList,
    build_doublelist: toList,
    build_boollist: toList,
    build_tensorlist: toList,
    restore_type_tag: first,
  }),
  ...inert('collections', ['deque']),
  ...inert('functools', ['partial']),
  ...inert('torch', ['device']),
  ...inert('torch.serialization', ['_get_layout']),
  ...['numpy.core.multiarray', 'numpy._core.multiarray'].flatMap((module) => inert(module, ['_reconstruct', 'scalar'])),
  ...['numpy.core.numeric', 'numpy._core.numeric'].flatMap((module) => inert(module, ['_frombuffer'])),
  ...inert('numpy', ['dtype', 'ndarray']),
  ...named('copyreg', { _reconstructor: ([type]) => new InertObject(describeValue(type)) }),
  ...inert('datetime', ['date', 'datetime', 'time', 'timedelta', 'timezone']),
  ...inert('pathlib', ['Path', 'PosixPath', 'PurePath', 'PurePosixPath', 'PureWindowsPath', 'WindowsPath']),
]);

/** Packages whose enumerations and containers training frameworks leave in checkpoints, as inert objects. */
const inertPackages = new Set(['lightning', 'lightning_fabric', 'omegaconf', 'pytorch_lightning', 'torchmetrics']);

/** Python 2's names of what is listed above. */
const renamedModules = new Map([
  ['__builtin__', 'builtins'],
  ['copy_reg', 'copyreg'],
]);

/**
 * Modules whose names only an attack would put into a file of weights. Nothing is ever called, so that this list is no
 * safeguard; it is there so that such a file is refused by name rather than read past what is meant to do harm.
 */
const refusedModules = new Set([
  ...['asyncio', 'bdb', 'builtins', 'code', 'codeop', 'commands', 'ctypes', 'dill', 'cloudpickle', 'functools'],
  ...['importlib', 'inspect', 'io', 'marshal', 'multiprocessing', 'nt', 'operator', 'os', 'pdb', 'pickle', '_pickle'],
  ...['pip', 'pkgutil', 'platform', 'posix', 'posixpath', 'ntpath', 'profile', 'pty', 'runpy', 'shutil', 'signal'],
  ...['site', 'socket', 'ssl', 'subprocess', 'sys', 'tempfile', 'threading', 'timeit', 'trace', 'types', 'urllib'],
  ...['webbrowser', 'zipimport', 'requests', 'http', 'ftplib', 'smtplib', 'shlex', 'glob', 'gc', 'cProfile'],
]);

/**
 * The class or function of that name, as a name.
 * @throws PickleError where it is nothing that a file of weights would name
 */
export function resolveGlobal(module: string, name: string): PickleGlobal {
  const global = new PickleGlobal(renamedModules.get(module) ?? module, name);
  if (constructors.has(global.description)) return global;
  const [topLevel = ''] = global.module.split('.');
  // A dotted name goes through an attribute: `torch.serialization` and `os.system` is `os.system` again.
  const parts = [topLevel, ...name.split('.').slice(0, -1)];
  if (parts.some((part) => refusedModules.has(part))) throw refused(global, 'names');
  return global;
}

/** What calling it would give. @throws PickleError where it is not on the list: nothing else is ever called */
export function callGlobal(callable: PickleValue | undefined, args: PickleValue | undefined): PickleValue {
  if (!(callable instanceof PickleGlobal)) throw new PickleError(`it calls ${describeValue(callable)}`);
  if (!Array.isArray(args)) throw new PickleError(`it calls ${callable.description} with ${describeValue(args)}`);
  const construct = constructors.get(callable.description);
  if (construct) return construct(args);
  const [topLevel = ''] = callable.module.split('.');
  if (inertPackages.has(topLevel)) return new InertObject(callable.description);
  throw refused(callable, 'calls');
}

/** An instance of a class: a known one's data, an object of a script's class, else an inert object. */
export function instantiate(type: PickleValue | undefined, args: PickleValue | undefined): PickleValue {
  if (!(type instanceof PickleGlobal)) throw new PickleError(`it makes an object of ${describeValue(type)}`);
  if (constructors.has(type.description)) return callGlobal(type, args);
  return isOfScript(type) ? new ScriptObject(type.description) : new InertObject(type.description);
}

/** TorchScript puts the classes that a program defines into a module of this name, which Python does not have. */
function isOfScript({ module }: PickleGlobal): boolean {
  return module === '__torch__' || module.startsWith('__torch__.');
}

function refused(global: PickleGlobal, what: string): PickleError {
  return new PickleError(
    `it ${what} ${global.description}, which no file of weights needs; nothing was executed`,
    'do not load this file in Python; where it comes from a source you trust, save only its state_dict there',
  );
}

function named(
  module: string,
  members: Readonly<Record<string, (args: Arguments) => PickleValue>>,
): [string, (args: Arguments) => PickleValue][] {
  return Object.entries(members).map(([name, construct]) => [`${module}.${name}`, construct]);
}

function inert(module: string, names: readonly string[]): [string, (args: Arguments) => PickleValue][] {
  return names.map((name) => [`${module}.${name}`, () => new InertObject(`${module}.${name}`)]);
}

function first([value = null]: Arguments): PickleValue {
  return value;
}

function toList([items = []]: Arguments): PickleValue {
  return Array.isArray(items) ? [...items] : new InertObject('builtins.list');
}

function toDict([items]: Arguments): PickleValue {
  if (items instanceof PickleDict) return new PickleDict(items);
  const dict = new PickleDict();
  for (const pair of Array.isArray(items) ? items : []) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new PickleError('it makes a dict of what are no pairs');
    dict.set(pair[0] ?? null, pair[1] ?? null);
  }
  return dict;
}

/** `(storage, offset, size, stride, …)` */
function toTensor([storage, offset, size, stride]: Arguments): TensorRecord {
  const start = asSize(offset);
  const shape = asSizes(size);
  const strides = asSizes(stride);
  if (!(storage instanceof StorageRecord) || start === undefined || !shape || !strides) {
    throw new PickleError('it describes a tensor with something else than a storage, an offset, sizes and strides');
  }
  return new TensorRecord(storage, start, shape, strides);
}

/** The same, with requires_grad and hooks, and then a dtype that the storage does not say. */
function toTypedTensor(args: Arguments): TensorRecord {
  const { storage, offset, shape, strides } = toTensor(args);
  const dtype = args[6];
  const name = dtype instanceof PickleGlobal ? dtype.description : describeValue(dtype);
  const elements = elementTypeNamed(name);
  if (!elements) throw new PickleError(`it has a tensor of dtype ${name}, which is not supported`);
  return new TensorRecord(storage, offset, shape, strides, elements);
}

/** `(function, type, args, state)`: a tensor that carries attributes, which are let go. */
function fromType([callable, , args]: Arguments): PickleValue {
  return callGlobal(callable, args);
}

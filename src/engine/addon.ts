import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors.js';

/**
 * The native addon, native/src: LibTorch tensors known by number. It knows nothing of tfjs; this file is the only one
 * that loads it. Every function throws an `AddonError` that names the operation and its tensors.
 */

/** The number of a native tensor. Dense, row-major, of dtype float32, int32 or bool. */
export type Id = number;
export type NativeDtype = 'float32' | 'int32' | 'bool';
export type NativeValues = Float32Array | Int32Array | Uint8Array;
export type Integers = readonly number[];
/** Two numbers: rows, then columns. */
export type Pair = readonly [number, number];

/** What `error.code` is of everything the addon throws. */
export const ADDON_ERROR_CODE = 'ERR_LDM_TORCH';

/** Element-wise functions of one tensor. */
export type UnaryName =
  | 'neg'
  | 'abs'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sqrt'
  | 'rsqrt'
  | 'square'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'relu6'
  | 'elu'
  | 'selu'
  | 'softplus'
  | 'erf'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'sign'
  | 'reciprocal'
  | 'isNan'
  | 'isInf'
  | 'isFinite'
  | 'logicalNot'
  | 'copy';

/** Element-wise functions of two tensors that broadcast. */
export type BinaryName =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'floorDiv'
  | 'maximum'
  | 'minimum'
  | 'mod'
  | 'pow'
  | 'squaredDifference'
  | 'atan2'
  | 'equal'
  | 'notEqual'
  | 'greater'
  | 'greaterEqual'
  | 'less'
  | 'lessEqual'
  | 'logicalAnd'
  | 'logicalOr'
  | 'prelu'
  | 'eluGrad';

/** Reductions over distinct axes, none negative, which are dropped. */
export type ReduceName = 'sum' | 'mean' | 'max' | 'min' | 'prod' | 'all' | 'any';

/** Stride, dilation, padding before the first row and column, output size, and whether the filter is depthwise. */
export type ConvGeometry = readonly [stride: Pair, dilation: Pair, before: Pair, output: Pair, depthwise: boolean];
/** Activation, prelu's weights, leakyrelu's slope. */
export type FusedActivation = readonly [activation: string, slopes: Id | undefined, alpha: number];

type Operations = Record<UnaryName, (x: Id) => Id> &
  Record<BinaryName, (a: Id, b: Id) => Id> &
  Record<ReduceName, (x: Id, axes: Integers) => Id>;

export interface Addon extends Operations {
  version(): string;
  threads(): number;
  setThreads(count: number): void;
  /** Live tensors, the bytes of their distinct storages, and bytes kept for later tensors. */
  memory(): { tensors: number; bytes: number; pooled: number };
  write(values: NativeValues, shape: Integers, dtype: NativeDtype): Id;
  read(id: Id): NativeValues;
  dispose(id: Id): void;
  /** Another number for the same memory. */
  view(id: Id, shape: Integers): Id;
  shapeOf(id: Id): number[];
  dtypeOf(id: Id): NativeDtype;

  cast(x: Id, dtype: NativeDtype): Id;
  fill(shape: Integers, value: number, dtype: NativeDtype): Id;
  step(x: Id, alpha: number): Id;
  clip(x: Id, low: number, high: number): Id;
  leakyRelu(x: Id, alpha: number): Id;
  addN(tensors: readonly Id[]): Id;
  select(condition: Id, whenTrue: Id, whenFalse: Id): Id;

  argMax(x: Id, axis: number): Id;
  argMin(x: Id, axis: number): Id;
  cumsum(x: Id, axis: number, exclusive: boolean, reverse: boolean): Id;
  softmax(x: Id, axis: number): Id;

  matmul(a: Id, b: Id, transposeA: boolean, transposeB: boolean): Id;
  fusedMatmul(
    a: Id,
    b: Id,
    transposeA: boolean,
    transposeB: boolean,
    bias: Id | undefined,
    ...activation: FusedActivation
  ): Id;

  conv2d(x: Id, filter: Id, ...geometry: ConvGeometry): Id;
  fusedConv2d(x: Id, filter: Id, bias: Id | undefined, ...rest: [...ConvGeometry, ...FusedActivation]): Id;
  conv2dInputGrad(dy: Id, filter: Id, inputShape: Integers, ...geometry: ConvGeometry): Id;
  conv2dFilterGrad(x: Id, dy: Id, filterShape: Integers, ...geometry: ConvGeometry): Id;

  avgPool(x: Id, window: Pair, stride: Pair, padding: Pair): Id;
  avgPoolGrad(dy: Id, x: Id, window: Pair, stride: Pair, padding: Pair): Id;
  maxPool(x: Id, window: Pair, stride: Pair, padding: Pair, dilation: Pair): Id;
  maxPoolGrad(dy: Id, x: Id, window: Pair, stride: Pair, padding: Pair): Id;

  /** `rows` and `columns` say for each output row and column which input row or column it shows. */
  resizeNearest(x: Id, rows: Integers, columns: Integers): Id;
  resizeNearestGrad(dy: Id, inputShape: Integers, rows: Integers, columns: Integers): Id;

  transpose(x: Id, order: Integers): Id;
  concat(tensors: readonly Id[], axis: number): Id;
  stack(tensors: readonly Id[], axis: number): Id;
  slice(x: Id, begin: Integers, size: Integers, stride: Integers): Id;
  split(x: Id, sizes: Integers, axis: number): Id[];
  unstack(x: Id, axis: number): Id[];
  /** Widths before and after, axis by axis. */
  pad(x: Id, widths: Integers, value: number): Id;
  tile(x: Id, repeats: Integers): Id;
  reverse(x: Id, axes: Integers): Id;

  /** `x [batch, outer, size, inner]`, `indices [batch, n]` to `[batch, outer, n, inner]`. */
  gather(x: Id, indices: Id): Id;
  oneHot(indices: Id, depth: number, on: number, off: number, dtype: NativeDtype): Id;
  segmentSum(x: Id, segments: Id, count: number): Id;

  groupNorm(
    x: Id,
    gamma: Id,
    beta: Id,
    groups: number,
    epsilon: number,
    activation: string,
  ): [y: Id, mean: Id, rstd: Id];
  groupNormGrad(
    dy: Id,
    x: Id,
    gamma: Id,
    beta: Id,
    mean: Id,
    rstd: Id,
    groups: number,
    activation: string,
  ): [dx: Id, dgamma: Id, dbeta: Id];

  adamw(
    tensors: readonly Id[],
    count: number,
    learningRate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    weightDecay: number,
    step: number,
  ): void;
  ema(tensors: readonly Id[], count: number, decay: number): void;

  philoxNormal(shape: Integers, key: Integers, counter: Integers): Id;
  philoxUniform(shape: Integers, key: Integers, counter: Integers): Id;
}

/** The folder of this package's package.json, whether this file runs from src/ or, compiled, from dist/src/. */
function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string };
      if (name === 'ldm-runner') return folder;
    }
    if (folder === dirname(folder)) throw new Error('src/engine/addon.ts lies outside the package ldm-runner');
  }
}

/** Where the addon is looked for: `LDM_TORCH_ADDON`, or where set-up builds it. */
export function addonPath(): string {
  const override = process.env.LDM_TORCH_ADDON;
  return override ? resolve(override) : join(packageRoot(), 'build', 'native', 'ldm_torch.node');
}

let loaded: Addon | undefined;

/**
 * The addon, loaded once.
 * @throws UserError when it is not built or cannot be loaded: names the path and the command that builds it
 */
export function loadAddon(): Addon {
  if (loaded) return loaded;
  const path = addonPath();
  const remedy = 'npm run setup   (finds or installs LibTorch and builds the native engine)';
  if (!existsSync(path)) {
    throw new UserError({ where: path, problem: 'the native engine is not built', remedy });
  }
  limitSpinning();
  try {
    loaded = createRequire(import.meta.url)(path) as Addon;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      { where: path, problem: `the native engine does not load: ${reason}`, remedy },
      { cause: error },
    );
  }
  return loaded;
}

/**
 * GNU OpenMP reads its environment when the addon brings it in. By default its threads spin for about a millisecond after
 * each parallel part; where cores are shared, with another process or by a hypervisor that meters them, that makes a
 * step up to ten times slower. A tenth of that time still bridges the gap between two kernels.
 */
function limitSpinning(): void {
  if (process.env.OMP_WAIT_POLICY === undefined) process.env.GOMP_SPINCOUNT ??= '30000';
}

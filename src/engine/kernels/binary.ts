import * as tf from '@tensorflow/tfjs-core';
import type { BinaryName, NativeDtype } from '../addon/index.js';
import type { TorchBackend } from '../torch-backend.js';
import { commonDtype, isFloat, isNumber, kernel, type AB, type KernelTable, type NativeKernel } from './kernel.js';

/** Native where both tensors are float32. */
const ofFloats: Record<string, BinaryName> = {
  [tf.Atan2]: 'atan2',
  [tf.Mod]: 'mod',
  [tf.Pow]: 'pow',
  [tf.RealDiv]: 'div',
};

/** Native where both tensors are float32 or both int32, which wraps around as an Int32Array does. */
const ofNumbers: Record<string, BinaryName> = {
  [tf.Add]: 'add',
  [tf.Maximum]: 'maximum',
  [tf.Minimum]: 'minimum',
  [tf.Multiply]: 'mul',
  [tf.SquaredDifference]: 'squaredDifference',
  [tf.Sub]: 'sub',
};

const comparisons: Record<string, BinaryName> = {
  [tf.Equal]: 'equal',
  [tf.Greater]: 'greater',
  [tf.GreaterEqual]: 'greaterEqual',
  [tf.Less]: 'less',
  [tf.LessEqual]: 'lessEqual',
  [tf.NotEqual]: 'notEqual',
};

const ofBooleans: Record<string, BinaryName> = { [tf.LogicalAnd]: 'logicalAnd', [tf.LogicalOr]: 'logicalOr' };

function run(name: BinaryName, { a, b }: AB, dtype: NativeDtype, torch: TorchBackend): tf.TensorInfo {
  const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  return torch.tensor(torch.addon[name](torch.id(a), torch.id(b)), shape, dtype);
}

const table = (names: Record<string, BinaryName>, make: (name: BinaryName) => NativeKernel): KernelTable =>
  Object.fromEntries(Object.entries(names).map(([kernelName, name]) => [kernelName, make(name)]));

/** Element-wise functions of several tensors, which broadcast. */
export const binaryKernels: KernelTable = {
  ...table(ofFloats, (name) =>
    kernel<AB>((inputs, _, torch) => (isFloat(inputs.a, inputs.b) ? run(name, inputs, 'float32', torch) : undefined)),
  ),
  ...table(ofNumbers, (name) =>
    kernel<AB>((inputs, _, torch) =>
      isNumber(inputs.a, inputs.b)
        ? run(name, inputs, inputs.a.dtype === 'int32' ? 'int32' : 'float32', torch)
        : undefined,
    ),
  ),
  ...table(comparisons, (name) =>
    kernel<AB>((inputs, _, torch) =>
      commonDtype([inputs.a, inputs.b]) ? run(name, inputs, 'bool', torch) : undefined,
    ),
  ),
  ...table(ofBooleans, (name) =>
    kernel<AB>((inputs, _, torch) =>
      commonDtype([inputs.a, inputs.b]) === 'bool' ? run(name, inputs, 'bool', torch) : undefined,
    ),
  ),
  [tf.BitwiseAnd]: kernel<AB>((inputs, _, torch) =>
    isNumber(inputs.a, inputs.b) && inputs.a.dtype === 'int32' ? run('bitwiseAnd', inputs, 'int32', torch) : undefined,
  ),
  [tf.FloorDiv]: kernel<AB>((inputs, _, torch) =>
    isNumber(inputs.a, inputs.b) ? run('floorDiv', inputs, 'int32', torch) : undefined,
  ),
  [tf.Prelu]: kernel<{ x: tf.TensorInfo; alpha: tf.TensorInfo }>(({ x, alpha }, _, torch) =>
    isFloat(x, alpha) ? run('prelu', { a: x, b: alpha }, 'float32', torch) : undefined,
  ),
  [tf.EluGrad]: kernel<{ dy: tf.TensorInfo; y: tf.TensorInfo }>(({ dy, y }, _, torch) =>
    isFloat(dy, y) ? run('eluGrad', { a: dy, b: y }, 'float32', torch) : undefined,
  ),
  [tf.AddN]: kernel<readonly tf.TensorInfo[]>((tensors, _, torch) => {
    const first = tensors[0];
    if (!first || !isNumber(...tensors)) return undefined;
    const ids = tensors.map((tensor) => torch.id(tensor));
    return torch.tensor(torch.addon.addN(ids), first.shape, first.dtype === 'int32' ? 'int32' : 'float32');
  }),
  [tf.Select]: kernel<{ condition: tf.TensorInfo; t: tf.TensorInfo; e: tf.TensorInfo }>(
    ({ condition, t, e }, _, torch) => {
      const dtype = commonDtype([t, e]);
      const rowwise = condition.shape.length === 1 && condition.shape[0] === t.shape[0];
      const matches =
        tf.util.arraysEqual(t.shape, e.shape) && (rowwise || tf.util.arraysEqual(condition.shape, t.shape));
      if (dtype === undefined || condition.dtype !== 'bool' || !matches) return undefined;
      return torch.tensor(torch.addon.select(torch.id(condition), torch.id(t), torch.id(e)), t.shape, dtype);
    },
  ),
};

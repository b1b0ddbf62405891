import * as tf from '@tensorflow/tfjs-core';
import type { UnaryName } from '../addon/index.js';
import { isFloat, isNumber, kernel, type KernelTable, type NativeKernel, type X } from './kernel.js';

/** Functions that are native for float32 alone: on int32, tfjs rounds to int32, which the CPU backend does. */
const ofFloats: Record<string, UnaryName> = {
  [tf.Acos]: 'acos',
  [tf.Acosh]: 'acosh',
  [tf.Asin]: 'asin',
  [tf.Asinh]: 'asinh',
  [tf.Atan]: 'atan',
  [tf.Atanh]: 'atanh',
  [tf.Ceil]: 'ceil',
  [tf.Cos]: 'cos',
  [tf.Cosh]: 'cosh',
  [tf.Elu]: 'elu',
  [tf.Erf]: 'erf',
  [tf.Exp]: 'exp',
  [tf.Expm1]: 'expm1',
  [tf.Floor]: 'floor',
  [tf.Log]: 'log',
  [tf.Log1p]: 'log1p',
  [tf.Reciprocal]: 'reciprocal',
  [tf.Relu]: 'relu',
  [tf.Relu6]: 'relu6',
  [tf.Round]: 'round',
  [tf.Rsqrt]: 'rsqrt',
  [tf.Selu]: 'selu',
  [tf.Sigmoid]: 'sigmoid',
  [tf.Sign]: 'sign',
  [tf.Sin]: 'sin',
  [tf.Sinh]: 'sinh',
  [tf.Softplus]: 'softplus',
  [tf.Sqrt]: 'sqrt',
  [tf.Tan]: 'tan',
  [tf.Tanh]: 'tanh',
};

const ofNumbers: Record<string, UnaryName> = { [tf.Abs]: 'abs', [tf.Neg]: 'neg', [tf.Square]: 'square' };

const tests: Record<string, UnaryName> = { [tf.IsNan]: 'isNan', [tf.IsInf]: 'isInf', [tf.IsFinite]: 'isFinite' };

const float = (name: UnaryName): NativeKernel =>
  kernel<X>(({ x }, _, torch) =>
    isFloat(x) ? torch.tensor(torch.addon[name](torch.id(x)), x.shape, 'float32') : undefined,
  );

const number = (name: UnaryName): NativeKernel =>
  kernel<X>(({ x }, _, torch) =>
    isNumber(x)
      ? torch.tensor(torch.addon[name](torch.id(x)), x.shape, x.dtype === 'int32' ? 'int32' : 'float32')
      : undefined,
  );

const test = (name: UnaryName): NativeKernel =>
  kernel<X>(({ x }, _, torch) =>
    isFloat(x) ? torch.tensor(torch.addon[name](torch.id(x)), x.shape, 'bool') : undefined,
  );

const table = (names: Record<string, UnaryName>, make: (name: UnaryName) => NativeKernel): KernelTable =>
  Object.fromEntries(Object.entries(names).map(([kernelName, name]) => [kernelName, make(name)]));

/** Element-wise functions of one tensor. */
export const unaryKernels: KernelTable = {
  ...table(ofFloats, float),
  ...table(ofNumbers, number),
  ...table(tests, test),
  [tf.LogicalNot]: kernel<X>(({ x }, _, torch) =>
    x.dtype === 'bool' ? torch.tensor(torch.addon.logicalNot(torch.id(x)), x.shape, 'bool') : undefined,
  ),
  [tf.ClipByValue]: kernel<X, tf.ClipByValueAttrs>(({ x }, { clipValueMin, clipValueMax }, torch) =>
    isFloat(x)
      ? torch.tensor(torch.addon.clip(torch.id(x), clipValueMin, clipValueMax), x.shape, 'float32')
      : undefined,
  ),
  [tf.LeakyRelu]: kernel<X, tf.LeakyReluAttrs>(({ x }, { alpha }, torch) =>
    isFloat(x) ? torch.tensor(torch.addon.leakyRelu(torch.id(x), alpha), x.shape, 'float32') : undefined,
  ),
  [tf.Step]: kernel<X, tf.StepAttrs>(({ x }, { alpha }, torch) =>
    isFloat(x) ? torch.tensor(torch.addon.step(torch.id(x), alpha), x.shape, 'float32') : undefined,
  ),
};

import type { Id, Integers, NativeDtype } from './types.js';

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
  | 'bitwiseAnd'
  | 'prelu'
  | 'eluGrad';

/** native/src/elementwise.cc and elementwise_binary.cc. */
export type ElementwiseOperations = Record<UnaryName, (x: Id) => Id> &
  Record<BinaryName, (a: Id, b: Id) => Id> & {
    cast(x: Id, dtype: NativeDtype): Id;
    fill(shape: Integers, value: number, dtype: NativeDtype): Id;
    step(x: Id, alpha: number): Id;
    clip(x: Id, low: number, high: number): Id;
    leakyRelu(x: Id, alpha: number): Id;
    addN(tensors: readonly Id[]): Id;
    select(condition: Id, whenTrue: Id, whenFalse: Id): Id;
  };

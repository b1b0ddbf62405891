import type * as tf from '@tensorflow/tfjs-core';
import type { Addon, NativeDtype } from '../addon/index.js';
import type { TorchBackend } from '../torch-backend.js';

/** What a kernel gives back; undefined leaves the call to the CPU backend, e.g. for a dtype without a native form. */
export type KernelResult = tf.TensorInfo | tf.TensorInfo[] | undefined;

export interface NativeKernel {
  (inputs: unknown, attrs: unknown, torch: TorchBackend): KernelResult;
  /** Of one of our own kernels: the functions of the addon it is made of. */
  readonly calls?: readonly (keyof Addon)[];
}

/** tfjs's kernel name to its native form. */
export type KernelTable = Readonly<Record<string, NativeKernel>>;

/**
 * A kernel with the inputs and attributes tfjs-core documents for it: the one place that trusts tfjs to pass them.
 * @param calls of one of our own kernels, the functions of the addon it is made of: on a GPU it is offered only where
 *   these are named and all of them run there
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- states what each kernel is passed
export function kernel<Inputs, Attrs = unknown>(
  run: (inputs: Inputs, attrs: Attrs, torch: TorchBackend) => KernelResult,
  calls?: readonly (keyof Addon)[],
): NativeKernel {
  return Object.assign(run as NativeKernel, calls && { calls });
}

export type X = { readonly x: tf.TensorInfo };
export type AB = { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };

export function isFloat(...tensors: readonly tf.TensorInfo[]): boolean {
  return tensors.every(({ dtype }) => dtype === 'float32');
}

/** Whether the tensors hold numbers (not booleans) of one dtype. */
export function isNumber(...tensors: readonly tf.TensorInfo[]): boolean {
  const dtype = tensors[0]?.dtype;
  return (dtype === 'float32' || dtype === 'int32') && tensors.every((tensor) => tensor.dtype === dtype);
}

/** What storing `value` in a tensor of `dtype` leaves of it: an int32 is truncated, a NaN among them is 0. */
export function storedValue(value: number, dtype: NativeDtype): number {
  if (dtype === 'int32') return value | 0;
  return dtype === 'bool' ? Number((value & 0xff) !== 0) : value;
}

export function isNativeDtype(dtype: tf.DataType): dtype is NativeDtype {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

/** The one native dtype of all tensors, if they have one. */
export function commonDtype(tensors: readonly tf.TensorInfo[]): NativeDtype | undefined {
  const dtype = tensors[0]?.dtype;
  if (dtype === undefined || !isNativeDtype(dtype)) return undefined;
  return tensors.every((tensor) => tensor.dtype === dtype) ? dtype : undefined;
}

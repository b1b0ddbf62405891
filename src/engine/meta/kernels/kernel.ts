import type * as tf from '@tensorflow/tfjs-core';
import type { MetaBackend } from '../meta-backend.js';

export type MetaKernel = (inputs: unknown, attrs: unknown, meta: MetaBackend) => tf.TensorInfo | tf.TensorInfo[];

/** Kernel name to what comes out of it. */
export type MetaKernelTable = Readonly<Record<string, MetaKernel>>;

/** A kernel with the inputs and attributes it is documented to take: the one place that trusts tfjs to pass them. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- states what each kernel is passed
export function metaKernel<Inputs, Attrs = unknown>(
  run: (inputs: Inputs, attrs: Attrs, meta: MetaBackend) => tf.TensorInfo | tf.TensorInfo[],
): MetaKernel {
  return run as MetaKernel;
}

export type X = { readonly x: tf.TensorInfo };

/** One kernel under several names. */
export function under(names: readonly string[], kernel: MetaKernel): MetaKernelTable {
  return Object.fromEntries(names.map((name) => [name, kernel]));
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

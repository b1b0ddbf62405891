import * as tf from '@tensorflow/tfjs-core';
import { isFloat, isNumber, kernel, type KernelTable, type X } from './kernel.js';

/** What tfjs makes of a range's attributes: how many values there are and how far apart. */
function steps({ start, stop, step }: tf.RangeAttrs): { count: number; step: number } {
  const isEmpty = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
  return {
    count: isEmpty ? 0 : Math.abs(Math.ceil((stop - start) / step)),
    step: stop < start && step === 1 ? -1 : step,
  };
}

const fitsInt32 = (...values: number[]): boolean => values.every((value) => Math.abs(value) < 2 ** 31);

/** Sequences, products along an axis, sums of products by index notation. */
export const sequenceKernels: KernelTable = {
  [tf.Range]: kernel<unknown, tf.RangeAttrs>((_, attrs, torch) => {
    const { start, stop, dtype } = attrs;
    const { count, step } = steps(attrs);
    if (dtype === 'int32' && !fitsInt32(start, stop, step)) return undefined;
    return torch.tensor(torch.addon.range(start, step, count, dtype), [count], dtype);
  }),
  [tf.LinSpace]: kernel<unknown, tf.LinSpaceAttrs>((_, { start, stop, num }, torch) =>
    torch.tensor(torch.addon.range(start, (stop - start) / (num - 1), num, 'float32'), [num], 'float32'),
  ),
  [tf.Cumprod]: kernel<X, tf.CumprodAttrs>(({ x }, { axis, exclusive, reverse }, torch) => {
    if (!isNumber(x) || x.shape.length === 0) return undefined;
    const [along = 0] = tf.util.parseAxisParam(axis, x.shape);
    const id = torch.addon.cumprod(torch.id(x), along, exclusive, reverse);
    return torch.tensor(id, x.shape, x.dtype === 'int32' ? 'int32' : 'float32');
  }),
  [tf.Einsum]: kernel<readonly tf.TensorInfo[], tf.EinsumAttrs>((tensors, { equation }, torch) => {
    const letters = equation.replace(/\s/g, '');
    const { allDims, summedDims, idDims } = tf.backend_util.decodeEinsumEquation(letters, tensors.length);
    const kept = allDims.length - summedDims.length;
    const output = letters.slice(letters.indexOf('->') + 2);
    // LibTorch's labels are letters, each at most once in the output.
    if (!isFloat(...tensors) || !/^[A-Za-z,]*->[A-Za-z]*$/.test(letters) || output.length !== kept) return undefined;
    const sizes = allDims.map((_, dim) =>
      tensors.flatMap(({ shape }, i) => shape.filter((__, k) => idDims[i]?.[k] === dim)),
    );
    // LibTorch would broadcast a size of 1; tfjs says what is wrong with it.
    if (
      sizes.some((same) => new Set(same).size > 1) ||
      tensors.some(({ shape }, i) => shape.length !== idDims[i]?.length)
    ) {
      return undefined;
    }
    const shape = sizes.slice(0, kept).map(([size = 0]) => size);
    const ids = tensors.map((tensor) => torch.id(tensor));
    return torch.tensor(torch.addon.einsum(letters, ids), shape, 'float32');
  }),
};

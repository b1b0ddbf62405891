import * as tf from '@tensorflow/tfjs-core';
import { isNativeDtype, isNumber, kernel, type KernelTable, type X } from './kernel.js';

/** The largest values, places in sorted rows, and distinct values. */
export const sortKernels: KernelTable = {
  [tf.TopK]: kernel<X, tf.TopKAttrs>(({ x }, { k }, torch) => {
    const last = x.shape.at(-1);
    if (!isNumber(x) || !last) return undefined;
    const dtype = x.dtype === 'int32' ? 'int32' : 'float32';
    const shape = [...x.shape.slice(0, -1), k];
    const rows = tf.util.sizeFromShape(x.shape) / last;
    // In order whether it is asked for or not: unsorted means any order.
    const [values, indices] = torch.addon.topK(torch.id({ ...x, shape: [rows, last] }), k);
    return [
      { ...torch.tensor(values, [rows, k], dtype), shape },
      { ...torch.tensor(indices, [rows, k], 'int32'), shape },
    ];
  }),
  [tf.SearchSorted]: kernel<{ sortedSequence: tf.TensorInfo; values: tf.TensorInfo }, tf.SearchSortedAttrs>(
    ({ sortedSequence, values }, { side }, torch) => {
      if (!isNumber(sortedSequence, values)) return undefined;
      const id = torch.addon.searchSorted(torch.id(sortedSequence), torch.id(values), side === 'right');
      return torch.tensor(id, values.shape, 'int32');
    },
  ),
  [tf.Unique]: kernel<X, tf.UniqueAttrs>(({ x }, { axis }, torch) => {
    const { dtype, shape } = x;
    const [along] = tf.util.parseAxisParam(axis, shape);
    if (!isNativeDtype(dtype) || along === undefined || shape.includes(0)) return undefined;
    const count = shape[along] ?? 1;
    const [outer, inner] = [shape.slice(0, along), shape.slice(along + 1)].map((sizes) => tf.util.sizeFromShape(sizes));
    const [values, which] = torch.addon.unique(torch.id({ ...x, shape: [outer ?? 1, count, inner ?? 1] }));
    const found = torch.addon.shapeOf(values);
    return [
      { ...torch.tensor(values, found, dtype), shape: shape.with(along, found[1] ?? 0) },
      torch.tensor(which, [count], 'int32'),
    ];
  }),
};

import * as tf from '@tensorflow/tfjs-core';
import { metaKernel, under, type MetaKernelTable, type X } from './kernel.js';

interface ReduceAttrs {
  readonly axis: number | number[];
  readonly keepDims?: boolean;
}

function reducedShape({ shape }: tf.TensorInfo, { axis, keepDims = false }: ReduceAttrs): number[] {
  const axes = tf.util.parseAxisParam(axis, shape);
  const [kept] = tf.backend_util.computeOutAndReduceShapes(shape, axes);
  return keepDims ? tf.backend_util.expandShapeToKeepDim(kept, axes) : kept;
}

const reduction = (dtype?: tf.DataType) =>
  metaKernel<X, ReduceAttrs>(({ x }, attrs, meta) => meta.tensor(reducedShape(x, attrs), dtype ?? x.dtype));

/** Many values to one. */
export const reduceKernels: MetaKernelTable = {
  ...under([tf.Sum, tf.Prod, tf.Min, tf.All, tf.Any], reduction()),
  // Calls the axes otherwise than all others.
  [tf.Max]: metaKernel<X, tf.MaxAttrs>(({ x }, { reductionIndices: axis, keepDims }, meta) =>
    meta.tensor(reducedShape(x, { axis, keepDims }), x.dtype),
  ),
  [tf.Mean]: reduction('float32'),
  [tf.ArgMax]: reduction('int32'),
  [tf.ArgMin]: reduction('int32'),
  [tf.TopK]: metaKernel<X, tf.TopKAttrs>(({ x }, { k }, meta) => {
    const shape = [...x.shape.slice(0, -1), k];
    return [meta.tensor(shape, x.dtype), meta.tensor(shape, 'int32')];
  }),
};

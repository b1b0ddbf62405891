import * as tf from '@tensorflow/tfjs-core';
import { metaKernel, sizeOf, type MetaKernelTable, type X } from './kernel.js';

const axisOf = (axis: number | number[], { shape }: tf.TensorInfo): number =>
  tf.util.parseAxisParam(axis, shape)[0] ?? 0;

const padded = metaKernel<X, { paddings: [number, number][] }>(({ x }, { paddings }, meta) => {
  const shape = x.shape.map((size, i) => size + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0));
  return meta.tensor(shape, x.dtype);
});

/** Shapes, order and parts of tensors, and constants. */
export const layoutKernels: MetaKernelTable = {
  [tf.Identity]: metaKernel<X>(({ x }, _, meta) => meta.share(x)),
  [tf.Reshape]: metaKernel<X, tf.ReshapeAttrs>(({ x }, { shape }, meta) => {
    const inferred = tf.util.inferFromImplicitShape(shape, sizeOf(x.shape));
    tf.util.assert(
      sizeOf(inferred) === sizeOf(x.shape),
      () => `reshape: [${x.shape.join(', ')}] has another number of values than [${inferred.join(', ')}]`,
    );
    return meta.share(x, inferred);
  }),
  [tf.ExpandDims]: metaKernel<{ input: tf.TensorInfo }, tf.ExpandDimsAttrs>(({ input }, { dim }, meta) => {
    const shape = [...input.shape];
    shape.splice(dim < 0 ? shape.length + dim + 1 : dim, 0, 1);
    return meta.share(input, shape);
  }),
  [tf.Transpose]: metaKernel<X, tf.TransposeAttrs>(({ x }, { perm }, meta) =>
    meta.tensor(
      perm.map((axis) => x.shape[axis] ?? 0),
      x.dtype,
    ),
  ),
  [tf.Concat]: metaKernel<readonly tf.TensorInfo[], tf.ConcatAttrs>((tensors, { axis }, meta) => {
    const first = tensors[0] as tf.TensorInfo;
    const along = axisOf(axis, first);
    const shapes = tensors.map(({ shape }) => shape);
    tf.backend_util.assertParamsConsistent(shapes, along);
    return meta.tensor(tf.backend_util.computeOutShape(shapes, along), first.dtype);
  }),
  [tf.Pack]: metaKernel<readonly tf.TensorInfo[], tf.PackAttrs>((tensors, { axis }, meta) => {
    const { shape, dtype } = tensors[0] as tf.TensorInfo;
    for (const other of tensors) {
      tf.util.assertShapesMatch(shape, other.shape, 'All tensors passed to stack must have matching shapes');
    }
    const along = axis < 0 ? axis + shape.length + 1 : axis;
    return meta.tensor([...shape.slice(0, along), tensors.length, ...shape.slice(along)], dtype);
  }),
  [tf.Unpack]: metaKernel<{ value: tf.TensorInfo }, tf.UnpackAttrs>(({ value }, { axis }, meta) => {
    const along = axis < 0 ? axis + value.shape.length : axis;
    const rest = value.shape.filter((_, i) => i !== along);
    return Array.from({ length: value.shape[along] ?? 0 }, () => meta.tensor(rest, value.dtype));
  }),
  [tf.SplitV]: metaKernel<X, tf.SplitVAttrs>(({ x }, { numOrSizeSplits, axis }, meta) => {
    const along = axisOf(axis, x);
    const sizes = tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along);
    return sizes.map((size) => meta.tensor(x.shape.with(along, size), x.dtype));
  }),
  [tf.Slice]: metaKernel<X, tf.SliceAttrs>(({ x }, attrs, meta) => {
    const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [number[], number[]];
    tf.slice_util.assertParamsValid(x, begin, size);
    return meta.tensor(size, x.dtype);
  }),
  [tf.StridedSlice]: metaKernel<X, tf.StridedSliceAttrs>(({ x }, attrs, meta) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
    const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const;
    const { isIdentity, finalShape } = tf.slice_util.sliceInfo(x.shape, begin, end, strides, ...masks);
    return isIdentity ? meta.share(x, finalShape) : meta.tensor(finalShape, x.dtype);
  }),
  [tf.PadV2]: padded,
  [tf.MirrorPad]: padded,
  [tf.Tile]: metaKernel<X, tf.TileAttrs>(({ x }, { reps }, meta) =>
    meta.tensor(
      x.shape.map((size, i) => size * (reps[i] ?? 1)),
      x.dtype,
    ),
  ),
  [tf.GatherV2]: metaKernel<{ x: tf.TensorInfo; indices: tf.TensorInfo }, tf.GatherV2Attrs>(
    ({ x, indices }, { axis, batchDims }, meta) => {
      const along = axisOf(axis, x);
      const outer = [...x.shape.slice(0, along), ...indices.shape.slice(batchDims)];
      return meta.tensor([...outer, ...x.shape.slice(along + 1)], x.dtype);
    },
  ),
  [tf.GatherNd]: metaKernel<{ params: tf.TensorInfo; indices: tf.TensorInfo }>(({ params, indices }, _, meta) =>
    meta.tensor([...indices.shape.slice(0, -1), ...params.shape.slice(indices.shape.at(-1))], params.dtype),
  ),
  [tf.ScatterNd]: metaKernel<{ updates: tf.TensorInfo }, { shape: number[] }>(({ updates }, { shape }, meta) =>
    meta.tensor(shape, updates.dtype),
  ),
  [tf.OneHot]: metaKernel<{ indices: tf.TensorInfo }, tf.OneHotAttrs>(({ indices }, { depth, dtype }, meta) =>
    meta.tensor([...indices.shape, depth], dtype),
  ),
  [tf.Fill]: metaKernel<unknown, Omit<tf.FillAttrs, 'dtype'> & { dtype?: tf.DataType }>(
    (_, { shape, value, dtype }, meta) => meta.tensor(shape, dtype ?? tf.util.inferDtype(value)),
  ),
  [tf.Range]: metaKernel<unknown, tf.RangeAttrs>((_, { start, stop, step, dtype }, meta) =>
    meta.tensor([Math.max(0, Math.ceil((stop - start) / step))], dtype),
  ),
  [tf.LinSpace]: metaKernel<unknown, tf.LinSpaceAttrs>((_, { num }, meta) => meta.tensor([num], 'float32')),
};

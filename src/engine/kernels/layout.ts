import * as tf from '@tensorflow/tfjs-core';
import { commonDtype, isNativeDtype, kernel, storedValue, type KernelTable, type X } from './kernel.js';

const axisOf = (axis: number | number[], { shape }: tf.TensorInfo): number =>
  tf.util.parseAxisParam(axis, shape)[0] ?? 0;

/** Shapes, order and parts of tensors. Strings and complex numbers are left to the CPU backend. */
export const layoutKernels: KernelTable = {
  [tf.Identity]: kernel<X>(({ x }, _, torch) => torch.share(x)),
  [tf.Reshape]: kernel<X, tf.ReshapeAttrs>(({ x }, { shape }, torch) => {
    const size = tf.util.sizeFromShape(x.shape);
    const inferred = tf.util.inferFromImplicitShape(shape, size);
    tf.util.assert(
      size === tf.util.sizeFromShape(inferred),
      () =>
        `The new shape (${inferred.join()}) has ${tf.util.sizeFromShape(inferred)} elements and the old shape ` +
        `(${x.shape.join()}) has ${size} elements. The new shape and old shape must have the same number of elements.`,
    );
    return torch.share(x, inferred);
  }),
  [tf.ExpandDims]: kernel<{ input: tf.TensorInfo }, tf.ExpandDimsAttrs>(({ input }, { dim }, torch) => {
    const rank = input.shape.length;
    tf.util.assert(-(rank + 1) <= dim && dim <= rank, () => `Axis must be in the interval [${-(rank + 1)}, ${rank}]`);
    const shape = [...input.shape];
    shape.splice(dim < 0 ? rank + dim + 1 : dim, 0, 1);
    return torch.share(input, shape);
  }),
  [tf.Transpose]: kernel<X, tf.TransposeAttrs>(({ x }, { perm }, torch) => {
    if (!isNativeDtype(x.dtype)) return undefined;
    const shape = perm.map((axis) => x.shape[axis] ?? 0);
    return torch.tensor(torch.addon.transpose(torch.id(x), perm), shape, x.dtype);
  }),
  [tf.Concat]: kernel<readonly tf.TensorInfo[], tf.ConcatAttrs>((tensors, { axis }, torch) => {
    const dtype = commonDtype(tensors);
    const first = tensors[0];
    if (dtype === undefined || !first) return undefined;
    const along = axisOf(axis, first);
    const shapes = tensors.map(({ shape }) => shape);
    tf.backend_util.assertParamsConsistent(shapes, along);
    const shape = tf.backend_util.computeOutShape(shapes, along);
    const ids = tensors.filter((tensor) => !tensor.shape.includes(0)).map((tensor) => torch.id(tensor));
    if (ids.length === 0) return torch.tensor(torch.addon.fill(shape, 0, dtype), shape, dtype);
    return torch.tensor(torch.addon.concat(ids, along), shape, dtype);
  }),
  [tf.Pack]: kernel<readonly tf.TensorInfo[], tf.PackAttrs>((tensors, { axis }, torch) => {
    const dtype = commonDtype(tensors);
    const first = tensors[0];
    if (dtype === undefined || !first) return undefined;
    for (const { shape } of tensors) {
      tf.util.assertShapesMatch(first.shape, shape, 'All tensors passed to stack must have matching shapes');
    }
    const along = axis < 0 ? axis + first.shape.length + 1 : axis;
    const shape = [...first.shape.slice(0, along), tensors.length, ...first.shape.slice(along)];
    const ids = tensors.map((tensor) => torch.id(tensor));
    return torch.tensor(torch.addon.stack(ids, along), shape, dtype);
  }),
  [tf.Unpack]: kernel<{ value: tf.TensorInfo }, tf.UnpackAttrs>(({ value }, { axis }, torch) => {
    const { dtype, shape } = value;
    if (!isNativeDtype(dtype)) return undefined;
    const along = axis < 0 ? axis + shape.length : axis;
    const rest = shape.filter((_, i) => i !== along);
    return torch.addon.unstack(torch.id(value), along).map((id) => torch.tensor(id, rest, dtype));
  }),
  [tf.SplitV]: kernel<X, tf.SplitVAttrs>(({ x }, { numOrSizeSplits, axis }, torch) => {
    const { dtype, shape } = x;
    if (!isNativeDtype(dtype)) return undefined;
    const along = axisOf(axis, x);
    const sizes = tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along);
    const ids = torch.addon.split(torch.id(x), sizes, along);
    return ids.map((id, i) => torch.tensor(id, shape.with(along, sizes[i] ?? 0), dtype));
  }),
  [tf.Slice]: kernel<X, tf.SliceAttrs>(({ x }, attrs, torch) => {
    if (!isNativeDtype(x.dtype)) return undefined;
    const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [number[], number[]];
    tf.slice_util.assertParamsValid(x, begin, size);
    const ones = begin.map(() => 1);
    return torch.tensor(torch.addon.slice(torch.id(x), begin, size, ones), size, x.dtype);
  }),
  [tf.StridedSlice]: kernel<X, tf.StridedSliceAttrs>(({ x }, attrs, torch) => {
    if (!isNativeDtype(x.dtype)) return undefined;
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
    const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const;
    const info = tf.slice_util.sliceInfo(x.shape, begin, end, strides, ...masks);
    if (info.isIdentity) return torch.share(x, info.finalShape);
    if (info.finalShape.includes(0)) {
      return torch.tensor(torch.addon.fill(info.finalShape, 0, x.dtype), info.finalShape, x.dtype);
    }
    // An end on the wrong side of the begin takes nothing.
    const size = tf.slice_util.computeOutShape(info.begin, info.end, info.strides).map((n) => Math.max(0, n));
    const part = torch.tensor(torch.addon.slice(torch.id(x), info.begin, size, info.strides), size, x.dtype);
    return { ...part, shape: info.finalShape };
  }),
  [tf.PadV2]: kernel<X, tf.PadV2Attrs>(({ x }, { paddings, constantValue }, torch) => {
    if (!isNativeDtype(x.dtype)) return undefined;
    const shape = x.shape.map((size, i) => size + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0));
    const value = storedValue(constantValue, x.dtype);
    return torch.tensor(torch.addon.pad(torch.id(x), paddings.flat(), value), shape, x.dtype);
  }),
  [tf.Tile]: kernel<X, tf.TileAttrs>(({ x }, { reps }, torch) => {
    if (!isNativeDtype(x.dtype)) return undefined;
    const shape = x.shape.map((size, i) => size * (reps[i] ?? 1));
    return torch.tensor(torch.addon.tile(torch.id(x), reps), shape, x.dtype);
  }),
  [tf.Reverse]: kernel<X, tf.ReverseAttrs>(({ x }, { dims }, torch) => {
    if (!isNativeDtype(x.dtype)) return undefined;
    const axes = tf.util.parseAxisParam(dims, x.shape);
    return torch.tensor(torch.addon.reverse(torch.id(x), axes), x.shape, x.dtype);
  }),
};

import * as tf from '@tensorflow/tfjs-core';
import { isNativeDtype, kernel, type KernelTable, type X } from './kernel.js';

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Blocks of space moved into the batch or out of the channels, mirrored edges and images, diagonals. */
export const blocksKernels: KernelTable = {
  [tf.SpaceToBatchND]: kernel<X, tf.SpaceToBatchNDAttrs>(({ x }, { blockShape, paddings }, torch) => {
    if (!isNativeDtype(x.dtype)) return undefined;
    const [batch = 0, ...rest] = x.shape;
    const shape = rest.map((size, i) => {
      const [before = 0, after = 0] = paddings[i] ?? [];
      return (size + before + after) / (blockShape[i] ?? 1);
    });
    const id = torch.addon.spaceToBatch(torch.id(x), blockShape, paddings.flat());
    return torch.tensor(id, [batch * product(blockShape), ...shape], x.dtype);
  }),
  [tf.BatchToSpaceND]: kernel<X, tf.BatchToSpaceNDAttrs>(({ x }, { blockShape, crops }, torch) => {
    if (!isNativeDtype(x.dtype)) return undefined;
    const [batch = 0, ...rest] = x.shape;
    const shape = rest.map((size, i) => {
      const [before = 0, after = 0] = crops[i] ?? [];
      return size * (blockShape[i] ?? 1) - before - after;
    });
    const id = torch.addon.batchToSpace(torch.id(x), blockShape, crops.flat());
    return torch.tensor(id, [batch / product(blockShape), ...shape], x.dtype);
  }),
  [tf.DepthToSpace]: kernel<X, tf.DepthToSpaceAttrs>(({ x }, { blockSize, dataFormat }, torch) => {
    if (!isNativeDtype(x.dtype) || dataFormat !== 'NHWC') return undefined;
    const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
    const shape = [batch, height * blockSize, width * blockSize, channels / blockSize ** 2];
    return torch.tensor(torch.addon.depthToSpace(torch.id(x), blockSize), shape, x.dtype);
  }),
  [tf.MirrorPad]: kernel<X, tf.MirrorPadAttrs>(({ x }, { paddings, mode }, torch) => {
    if (!isNativeDtype(x.dtype)) return undefined;
    const shape = x.shape.map((size, i) => size + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0));
    const id = torch.addon.mirrorPad(torch.id(x), paddings.flat(), mode === 'symmetric');
    return torch.tensor(id, shape, x.dtype);
  }),
  [tf.FlipLeftRight]: kernel<{ image: tf.TensorInfo }>(({ image }, _, torch) =>
    isNativeDtype(image.dtype)
      ? torch.tensor(torch.addon.reverse(torch.id(image), [2]), image.shape, image.dtype)
      : undefined,
  ),
  [tf.Diag]: kernel<X>(({ x }, _, torch) => {
    if (!isNativeDtype(x.dtype)) return undefined;
    const size = tf.util.sizeFromShape(x.shape);
    return { ...torch.tensor(torch.addon.diag(torch.id(x)), [size, size], x.dtype), shape: [...x.shape, ...x.shape] };
  }),
};

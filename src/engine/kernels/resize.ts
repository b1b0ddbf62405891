import * as tf from '@tensorflow/tfjs-core';
import { isFloat, isNativeDtype, kernel, type KernelTable } from './kernel.js';

/** For each output row (or column) the input row it shows, by tfjs's three rounding rules. */
function sources(input: number, output: number, alignCorners: boolean, halfPixelCenters: boolean): number[] {
  const aligned = alignCorners && output > 1;
  const ratio = (aligned ? input - 1 : input) / (aligned ? output - 1 : output);
  return Array.from({ length: output }, (_, i) => {
    const position = ratio * (halfPixelCenters ? i + 0.5 : i);
    return Math.max(0, Math.min(input - 1, alignCorners ? Math.round(position) : Math.floor(position)));
  });
}

/** Nearest-neighbour resizing and its gradient. */
export const resizeKernels: KernelTable = {
  [tf.ResizeNearestNeighbor]: kernel<{ images: tf.TensorInfo }, tf.ResizeNearestNeighborAttrs>(
    ({ images }, { alignCorners, halfPixelCenters, size: [newHeight, newWidth] }, torch) => {
      if (!isNativeDtype(images.dtype)) return undefined;
      const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
      const rows = sources(height, newHeight, alignCorners, halfPixelCenters);
      const columns = sources(width, newWidth, alignCorners, halfPixelCenters);
      const id = torch.addon.resizeNearest(torch.id(images), rows, columns);
      return torch.tensor(id, [batch, newHeight, newWidth, channels], images.dtype);
    },
  ),
  [tf.ResizeNearestNeighborGrad]: kernel<
    { images: tf.TensorInfo; dy: tf.TensorInfo },
    { alignCorners: boolean; halfPixelCenters?: boolean }
  >(({ images, dy }, { alignCorners, halfPixelCenters }, torch) => {
    if (!isFloat(images, dy)) return undefined;
    const [, height = 0, width = 0] = images.shape;
    const [, newHeight = 0, newWidth = 0] = dy.shape;
    // tfjs's CPU backend leaves half pixel centers out of account here.
    const rows = sources(height, newHeight, alignCorners, halfPixelCenters ?? false);
    const columns = sources(width, newWidth, alignCorners, halfPixelCenters ?? false);
    return torch.tensor(
      torch.addon.resizeNearestGrad(torch.id(dy), images.shape, rows, columns),
      images.shape,
      'float32',
    );
  }),
};

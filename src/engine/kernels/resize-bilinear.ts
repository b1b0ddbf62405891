import * as tf from '@tensorflow/tfjs-core';
import type { Id } from '../addon/index.js';
import { isFloat, isNumber, kernel, type KernelTable } from './kernel.js';

/** Bilinear resizing and its gradient. */
export const resizeBilinearKernels: KernelTable = {
  [tf.ResizeBilinear]: kernel<{ images: tf.TensorInfo }, tf.ResizeBilinearAttrs>(
    ({ images }, { alignCorners, halfPixelCenters, size: [height, width] }, torch) => {
      if (!isNumber(images) || images.shape.includes(0)) return undefined;
      const [batch = 0, , , channels = 0] = images.shape;
      const resize = (id: Id): tf.TensorInfo =>
        torch.tensor(
          torch.addon.resizeBilinear(id, height, width, alignCorners, halfPixelCenters),
          [batch, height, width, channels],
          'float32',
        );
      if (isFloat(images)) return resize(torch.id(images));
      // Pictures read from files are int32, what comes between their pixels is not.
      const values = torch.addon.cast(torch.id(images), 'float32');
      try {
        return resize(values);
      } finally {
        torch.addon.dispose(values);
      }
    },
  ),
  [tf.ResizeBilinearGrad]: kernel<
    { images: tf.TensorInfo; dy: tf.TensorInfo },
    { alignCorners: boolean; halfPixelCenters?: boolean }
  >(({ images, dy }, { alignCorners, halfPixelCenters }, torch) => {
    if (!isFloat(images, dy) || images.shape.includes(0)) return undefined;
    // tfjs's CPU backend leaves half pixel centers out of account here.
    const id = torch.addon.resizeBilinearGrad(torch.id(dy), images.shape, alignCorners, halfPixelCenters ?? false);
    return torch.tensor(id, images.shape, 'float32');
  }),
};

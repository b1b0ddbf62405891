import * as tf from '@tensorflow/tfjs-core';
import { isFloat, kernel, type KernelTable } from './kernel.js';

/** Bilinear resizing and its gradient. */
export const resizeBilinearKernels: KernelTable = {
  [tf.ResizeBilinear]: kernel<{ images: tf.TensorInfo }, tf.ResizeBilinearAttrs>(
    ({ images }, { alignCorners, halfPixelCenters, size: [height, width] }, torch) => {
      if (!isFloat(images) || images.shape.includes(0)) return undefined;
      const [batch = 0, , , channels = 0] = images.shape;
      const id = torch.addon.resizeBilinear(torch.id(images), height, width, alignCorners, halfPixelCenters);
      return torch.tensor(id, [batch, height, width, channels], 'float32');
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

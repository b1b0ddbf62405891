import { PixelValues, type PixelValuesAttrs } from '../../../ops/kernels/index.js';
import { kernel, type KernelTable } from '../kernel.js';

export const pixelKernels: KernelTable = {
  [PixelValues]: kernel<unknown, PixelValuesAttrs>(
    (_, { bytes, shape }, torch) => torch.tensor(torch.addon.pixelValues(bytes, shape), shape, 'float32'),
    ['pixelValues'],
  ),
};

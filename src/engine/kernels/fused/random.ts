import { PhiloxNormal, PhiloxUniform, type PhiloxAttrs } from '../../../ops/kernels/index.js';
import { kernel, type KernelTable } from '../kernel.js';

const philox = (name: 'philoxNormal' | 'philoxUniform') =>
  kernel<unknown, PhiloxAttrs>(
    (_, { shape, key, counter }, torch) => torch.tensor(torch.addon[name](shape, key, counter), shape, 'float32'),
    [name],
  );

export const randomKernels: KernelTable = {
  [PhiloxNormal]: philox('philoxNormal'),
  [PhiloxUniform]: philox('philoxUniform'),
};

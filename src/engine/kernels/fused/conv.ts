import type * as tf from '@tensorflow/tfjs-core';
import { UpsampleConv2d, UpsampleConv2dGrad } from '../../../ops/kernels/index.js';
import { kernel, type KernelTable } from '../kernel.js';

type Inputs = { x: tf.TensorInfo; filter: tf.TensorInfo; bias: tf.TensorInfo };
type GradInputs = { dy: tf.TensorInfo; x: tf.TensorInfo; filter: tf.TensorInfo };

export const fusedConvKernels: KernelTable = {
  [UpsampleConv2d]: kernel<Inputs>(({ x, filter, bias }, _, torch) => {
    const [batch = 0, height = 0, width = 0] = x.shape;
    const id = torch.addon.upsampleConv2d(torch.id(x), torch.id(filter), torch.id(bias));
    return torch.tensor(id, [batch, 2 * height, 2 * width, ...bias.shape], 'float32');
  }),
  [UpsampleConv2dGrad]: kernel<GradInputs>(({ dy, x, filter }, _, torch) => {
    const [dx, dfilter, dbias] = torch.addon.upsampleConv2dGrad(torch.id(dy), torch.id(x), torch.id(filter));
    return [
      torch.tensor(dx, x.shape, 'float32'),
      torch.tensor(dfilter, filter.shape, 'float32'),
      torch.tensor(dbias, filter.shape.slice(-1), 'float32'),
    ];
  }),
};

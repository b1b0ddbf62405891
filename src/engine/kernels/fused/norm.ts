import type * as tf from '@tensorflow/tfjs-core';
import { GroupNorm, GroupNormGrad, type GroupNormAttrs } from '../../../ops/kernels/index.js';
import { kernel, type KernelTable } from '../kernel.js';

type NormInputs = { x: tf.TensorInfo; gamma: tf.TensorInfo; beta: tf.TensorInfo };
type NormGradInputs = NormInputs & { dy: tf.TensorInfo; mean: tf.TensorInfo; rstd: tf.TensorInfo };

export const normKernels: KernelTable = {
  [GroupNorm]: kernel<NormInputs, GroupNormAttrs>(({ x, gamma, beta }, attrs, torch) => {
    const { numGroups, epsilon, activation } = attrs;
    const [y, mean, rstd] = torch.addon.groupNorm(
      torch.id(x),
      torch.id(gamma),
      torch.id(beta),
      numGroups,
      epsilon,
      activation,
    );
    const statistics = [x.shape[0] ?? 0, numGroups];
    return [
      torch.tensor(y, x.shape, 'float32'),
      torch.tensor(mean, statistics, 'float32'),
      torch.tensor(rstd, statistics, 'float32'),
    ];
  }),
  [GroupNormGrad]: kernel<NormGradInputs, GroupNormAttrs>((inputs, { numGroups, activation }, torch) => {
    const { dy, x, gamma, beta, mean, rstd } = inputs;
    const ids = torch.addon.groupNormGrad(
      torch.id(dy),
      torch.id(x),
      torch.id(gamma),
      torch.id(beta),
      torch.id(mean),
      torch.id(rstd),
      numGroups,
      activation,
    );
    const [dx, dgamma, dbeta] = ids;
    return [
      torch.tensor(dx, x.shape, 'float32'),
      torch.tensor(dgamma, gamma.shape, 'float32'),
      torch.tensor(dbeta, beta.shape, 'float32'),
    ];
  }),
};

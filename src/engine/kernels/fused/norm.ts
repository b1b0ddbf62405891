import type * as tf from '@tensorflow/tfjs-core';
import {
  GroupNorm,
  GroupNormApply,
  GroupNormGrad,
  GroupNormScaleShift,
  GroupNormScaleShiftGrad,
  LayerNorm,
  LayerNormGrad,
  type GroupNormAttrs,
  type LayerNormAttrs,
} from '../../../ops/kernels/index.js';
import type { GroupNormInputs } from '../../addon/index.js';
import type { TorchBackend } from '../../torch-backend.js';
import { kernel, type KernelTable } from '../kernel.js';

type NormInputs = { x: tf.TensorInfo; gamma: tf.TensorInfo; beta: tf.TensorInfo };
/** Of GroupNormScaleShift; absent in GroupNorm, which is otherwise the same. */
type ScaleShift = { scale?: tf.TensorInfo; shift?: tf.TensorInfo };
type Statistics = { mean: tf.TensorInfo; rstd: tf.TensorInfo };
type Gradient = Statistics & { dy: tf.TensorInfo };
type LayerNormGradInputs = Gradient & { x: tf.TensorInfo; gamma: tf.TensorInfo };

/** What all three functions of group normalization take alike. */
function normalized({ x, gamma, beta, scale, shift }: NormInputs & ScaleShift, torch: TorchBackend): GroupNormInputs {
  return [torch.id(x), torch.id(gamma), torch.id(beta), scale && torch.id(scale), shift && torch.id(shift)];
}

const groupNorm = kernel<NormInputs & ScaleShift, GroupNormAttrs>((inputs, attrs, torch) => {
  const { x } = inputs;
  const { numGroups, epsilon, activation } = attrs;
  const [y, mean, rstd] = torch.addon.groupNorm(...normalized(inputs, torch), numGroups, epsilon, activation);
  const statistics = [x.shape[0] ?? 0, numGroups];
  return [
    torch.tensor(y, x.shape, 'float32'),
    torch.tensor(mean, statistics, 'float32'),
    torch.tensor(rstd, statistics, 'float32'),
  ];
});

const groupNormGrad = kernel<NormInputs & ScaleShift & Gradient, GroupNormAttrs>((inputs, attrs, torch) => {
  const { dy, x, gamma, beta, scale, shift, mean, rstd } = inputs;
  const ids = torch.addon.groupNormGrad(
    torch.id(dy),
    ...normalized(inputs, torch),
    torch.id(mean),
    torch.id(rstd),
    attrs.numGroups,
    attrs.activation,
  );
  const [dx, dgamma, dbeta, dscale, dshift] = ids;
  return [
    torch.tensor(dx, x.shape, 'float32'),
    torch.tensor(dgamma, gamma.shape, 'float32'),
    torch.tensor(dbeta, beta.shape, 'float32'),
    ...(scale && dscale !== undefined ? [torch.tensor(dscale, scale.shape, 'float32')] : []),
    ...(shift && dshift !== undefined ? [torch.tensor(dshift, shift.shape, 'float32')] : []),
  ];
});

export const normKernels: KernelTable = {
  [GroupNorm]: groupNorm,
  [GroupNormApply]: kernel<NormInputs & ScaleShift & Statistics, GroupNormAttrs>((inputs, attrs, torch) => {
    const { x, mean, rstd } = inputs;
    const y = torch.addon.groupNormApply(
      ...normalized(inputs, torch),
      torch.id(mean),
      torch.id(rstd),
      attrs.numGroups,
      attrs.activation,
    );
    return torch.tensor(y, x.shape, 'float32');
  }),
  [GroupNormGrad]: groupNormGrad,
  [GroupNormScaleShift]: groupNorm,
  [GroupNormScaleShiftGrad]: groupNormGrad,
  [LayerNorm]: kernel<NormInputs, LayerNormAttrs>(({ x, gamma, beta }, { epsilon }, torch) => {
    const [y, mean, rstd] = torch.addon.layerNorm(torch.id(x), torch.id(gamma), torch.id(beta), epsilon);
    const statistics = x.shape.slice(0, -1);
    return [
      torch.tensor(y, x.shape, 'float32'),
      torch.tensor(mean, statistics, 'float32'),
      torch.tensor(rstd, statistics, 'float32'),
    ];
  }),
  [LayerNormGrad]: kernel<LayerNormGradInputs>(({ dy, x, gamma, mean, rstd }, _, torch) => {
    const ids = [torch.id(dy), torch.id(x), torch.id(gamma), torch.id(mean), torch.id(rstd)] as const;
    const [dx, dgamma, dbeta] = torch.addon.layerNormGrad(...ids);
    return [
      torch.tensor(dx, x.shape, 'float32'),
      torch.tensor(dgamma, gamma.shape, 'float32'),
      torch.tensor(dbeta, gamma.shape, 'float32'),
    ];
  }),
};

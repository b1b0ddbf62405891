import type * as tf from '@tensorflow/tfjs-core';
import {
  AccumulateInPlace,
  AdamInPlace,
  ClipGradientsInPlace,
  EmaInPlace,
  GlobalNorm,
  type AdamAttrs,
  type ClipGradientsAttrs,
  type EmaAttrs,
} from '../../../ops/kernels/index.js';
import type { TorchBackend } from '../../torch-backend.js';
import { kernel, type KernelTable } from '../kernel.js';

type Tensors = readonly tf.TensorInfo[];

const idsOf = (tensors: Tensors, torch: TorchBackend): number[] => tensors.map((tensor) => torch.id(tensor));

export const optimKernels: KernelTable = {
  [AdamInPlace]: kernel<Tensors, AdamAttrs>((tensors, attrs, torch) => {
    const { count, learningRate, beta1, beta2, epsilon, weightDecay, decoupled, step } = attrs;
    const ids = idsOf(tensors, torch);
    torch.addon.adam(ids, count, learningRate, beta1, beta2, epsilon, weightDecay, decoupled, step);
    return [];
  }),
  [EmaInPlace]: kernel<Tensors, EmaAttrs>((tensors, { count, decay }, torch) => {
    torch.addon.ema(idsOf(tensors, torch), count, decay);
    return [];
  }),
  [GlobalNorm]: kernel<Tensors>((tensors, _, torch) =>
    torch.tensor(torch.addon.globalNorm(idsOf(tensors, torch)), [], 'float32'),
  ),
  [ClipGradientsInPlace]: kernel<readonly [tf.TensorInfo, ...Tensors], ClipGradientsAttrs>(
    ([norm, ...gradients], { maxNorm }, torch) => {
      torch.addon.clipGradients(idsOf(gradients, torch), torch.id(norm), maxNorm);
      return [];
    },
  ),

  [AccumulateInPlace]: kernel<readonly [tf.TensorInfo, tf.TensorInfo]>(([sum, addend], _, torch) => {
    torch.addon.accumulate(torch.id(sum), torch.id(addend));
    return [];
  }),
};

import type * as tf from '@tensorflow/tfjs-core';
import {
  AccumulateInPlace,
  AdamWInPlace,
  EmaInPlace,
  type AdamWAttrs,
  type EmaAttrs,
} from '../../../ops/kernels/index.js';
import { kernel, type KernelTable } from '../kernel.js';

export const optimKernels: KernelTable = {
  [AdamWInPlace]: kernel<readonly tf.TensorInfo[], AdamWAttrs>((tensors, attrs, torch) => {
    const { count, learningRate, beta1, beta2, epsilon, weightDecay, step } = attrs;
    const ids = tensors.map((tensor) => torch.id(tensor));
    torch.addon.adamw(ids, count, learningRate, beta1, beta2, epsilon, weightDecay, step);
    return [];
  }),
  [EmaInPlace]: kernel<readonly tf.TensorInfo[], EmaAttrs>((tensors, { count, decay }, torch) => {
    torch.addon.ema(
      tensors.map((tensor) => torch.id(tensor)),
      count,
      decay,
    );
    return [];
  }),
  [AccumulateInPlace]: kernel<readonly [tf.TensorInfo, tf.TensorInfo]>(([sum, addend], _, torch) => {
    torch.addon.accumulate(torch.id(sum), torch.id(addend));
    return [];
  }),
};

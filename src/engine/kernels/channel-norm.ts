import * as tf from '@tensorflow/tfjs-core';
import { isFloat, kernel, type KernelTable, type X } from './kernel.js';

interface BatchNormInputs {
  readonly x: tf.TensorInfo;
  readonly mean: tf.TensorInfo;
  readonly variance: tf.TensorInfo;
  readonly offset?: tf.TensorInfo | null;
  readonly scale?: tf.TensorInfo | null;
}

/** Whether repeating a parameter's values over x, which tfjs's CPU backend does, is what broadcasting does. */
function repeats(parameter: tf.TensorInfo, x: tf.TensorInfo): boolean {
  const first = parameter.shape.findIndex((size) => size !== 1);
  const sizes = first < 0 ? [] : parameter.shape.slice(first);
  return tf.util.arraysEqual(sizes, x.shape.slice(x.shape.length - sizes.length));
}

/** Batch normalization by given statistics, and local response normalization. */
export const channelNormKernels: KernelTable = {
  [tf.FusedBatchNorm]: kernel<BatchNormInputs, { varianceEpsilon?: number | null }>(
    (inputs, { varianceEpsilon }, torch) => {
      const { x, mean, variance, offset, scale } = inputs;
      const parameters = [mean, variance, offset, scale].filter((tensor) => tensor !== null && tensor !== undefined);
      const rank = mean.shape.length;
      const isRegular = parameters.every((tensor) => tensor.shape.length === rank && repeats(tensor, x));
      if (!isFloat(x, ...parameters) || !isRegular || rank > x.shape.length) return undefined;
      const id = torch.addon.batchNorm(
        torch.id(x),
        torch.id(mean),
        torch.id(variance),
        offset ? torch.id(offset) : undefined,
        scale ? torch.id(scale) : undefined,
        varianceEpsilon ?? 0.001,
      );
      return torch.tensor(id, x.shape, 'float32');
    },
  ),
  [tf.LRN]: kernel<X, tf.LRNAttrs>(({ x }, { depthRadius, bias, alpha, beta }, torch) =>
    isFloat(x)
      ? torch.tensor(torch.addon.lrn(torch.id(x), depthRadius, bias, alpha, beta), x.shape, 'float32')
      : undefined,
  ),
  [tf.LRNGrad]: kernel<X & { y: tf.TensorInfo; dy: tf.TensorInfo }, tf.LRNGradAttrs>(
    ({ x, y, dy }, { depthRadius, bias, alpha, beta }, torch) => {
      if (!isFloat(x, y, dy)) return undefined;
      const id = torch.addon.lrnGrad(torch.id(dy), torch.id(x), torch.id(y), depthRadius, bias, alpha, beta);
      return torch.tensor(id, x.shape, 'float32');
    },
  ),
};

import * as tf from '@tensorflow/tfjs-core';
import {
  Attention,
  GroupNorm,
  GroupNormScaleShift,
  LayerNorm,
  QkvAttention,
  SoftmaxCrossEntropy,
} from './kernels/index.js';

const differentiatedByFirst: ReadonlySet<string> = new Set([
  Attention,
  GroupNorm,
  GroupNormScaleShift,
  LayerNorm,
  QkvAttention,
  SoftmaxCrossEntropy,
]);

/**
 * Whether a kernel's gradient function reads the gradient of its first output only: the others are statistics that are
 * kept for that function.
 */
export function isDifferentiatedByFirst(kernelName: string): boolean {
  return differentiatedByFirst.has(kernelName);
}

/** Whether the engine in use has a native form of one of our kernels; without one the operation is composed. */
export function hasNativeKernel(kernelName: string): boolean {
  // tfjs's declaration leaves out that an unregistered kernel is undefined.
  return (tf.getKernel(kernelName, tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;
}

/** Runs one of our kernels on the engine in use and returns all its outputs. */
export function runNative(
  kernelName: string,
  inputs: Record<string, tf.Tensor> | readonly tf.Tensor[],
  attrs: object = {},
): tf.Tensor[] {
  const outputs: tf.Tensor | tf.Tensor[] = tf
    .engine()
    .runKernel(kernelName, inputs as unknown as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** Runs one of our kernels and returns its first output; the others are for the gradient, which keeps them itself. */
export function runNativeForFirst(...call: Parameters<typeof runNative>): tf.Tensor {
  return tf.tidy(() => runNative(...call)[0] as tf.Tensor);
}

import * as tf from '@tensorflow/tfjs-core';
import { ClipGradientsInPlace, GlobalNorm, type ClipGradientsAttrs } from './kernels/index.js';
import { hasNativeKernel, runNative, runNativeForFirst } from './native.js';

/** The Euclidean norm of all values of all tensors, as if they were one vector; 0 of none. */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  if (tensors.length === 0) return tf.scalar(0);
  if (hasNativeKernel(GlobalNorm)) return runNativeForFirst(GlobalNorm, tensors) as tf.Scalar;
  return tf.tidy(() => tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum<tf.Scalar>(tf.square(tensor))))));
}

export interface ClippedGradients {
  /** In the order given; the caller owns them. */
  readonly gradients: readonly tf.Tensor[];
  /** The norm before clipping; the caller owns it. */
  readonly totalNorm: tf.Scalar;
}

/**
 * Scales gradients so that the norm of all of them together is at most `maxNorm`, as `torch.nn.utils.clip_grad_norm_`:
 * by `min(1, maxNorm / (norm + 1e-6))`. A norm that is not a number makes every gradient so. Nothing is read back from
 * the engine.
 *
 * Takes the given gradients over: use and dispose those returned instead. On an engine with the native form they are
 * the same tensors, changed in place, and with them any other that shares a gradient's data.
 */
export function clipGradNorm(gradients: readonly tf.Tensor[], maxNorm: number): ClippedGradients {
  const totalNorm = globalNorm(gradients);
  if (hasNativeKernel(ClipGradientsInPlace)) {
    runNative(ClipGradientsInPlace, [totalNorm, ...gradients], { maxNorm } satisfies ClipGradientsAttrs);
    return { gradients, totalNorm };
  }
  const clipped = tf.tidy(() => {
    const factor = tf.minimum(tf.div(maxNorm, tf.add(totalNorm, 1e-6)), 1);
    return gradients.map((gradient) => tf.mul(gradient, factor));
  });
  tf.dispose([...gradients]);
  return { gradients: clipped, totalNorm };
}

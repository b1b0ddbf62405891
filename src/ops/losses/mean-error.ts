import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import type { MeanErrorAttrs } from '../kernels/index.js';
import { hasNativeKernel, runNativeForFirst } from '../native.js';

export interface MeanErrorOptions {
  /** The mean over all values, or over those of each sample (the first axis). */
  readonly reduction?: 'mean' | 'perSample';
}

/** A mean over some error of each value: a scalar, or `[N]` for `perSample`. */
export interface MeanError {
  (prediction: tf.Tensor, target: tf.Tensor, options?: { readonly reduction?: 'mean' }): tf.Scalar;
  (prediction: tf.Tensor, target: tf.Tensor, options: { readonly reduction: 'perSample' }): tf.Tensor1D;
}

interface Definition {
  readonly name: string;
  /** The kernels that an engine may have for it, of the loss and of its gradient; none where there are no such. */
  readonly native?: { readonly kernelName: string; readonly gradKernelName: string };
  /** The error of each value, of tfjs operations. */
  readonly errorOf: (prediction: tf.Tensor, target: tf.Tensor) => tf.Tensor;
}

/** The loss that takes the mean of an error, and the gradient of its native form where it has one. */
export function defineMeanError({ name, native, errorOf }: Definition): MeanError {
  if (native) registerNativeGradient(native);
  return ((prediction: tf.Tensor, target: tf.Tensor, { reduction = 'mean' }: MeanErrorOptions = {}) => {
    if (!tf.util.arraysEqual(prediction.shape, target.shape)) {
      const [found, expected] = [prediction, target].map(({ shape }) => `[${shape.join(', ')}]`);
      throw new ShapeError(name, `a prediction of the target's shape ${expected}`, found ?? '');
    }
    if (native && hasNativeKernel(native.kernelName)) {
      return runNativeForFirst(native.kernelName, { prediction, target }, { reduction } satisfies MeanErrorAttrs);
    }
    const axes = prediction.shape.map((_, i) => i).slice(reduction === 'perSample' ? 1 : 0);
    return tf.tidy(() => tf.mean(errorOf(prediction, target), axes));
  }) as MeanError;
}

function registerNativeGradient({ kernelName, gradKernelName }: NonNullable<Definition['native']>): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: ['prediction', 'target'],
    gradFunc: (dy, saved, attrs) => {
      const [prediction, target] = saved as [tf.Tensor, tf.Tensor];
      const gradient = () => runNativeForFirst(gradKernelName, { dy: dy as tf.Tensor, prediction, target }, attrs);
      return { prediction: gradient, target: () => tf.neg(gradient()) };
    },
  });
}

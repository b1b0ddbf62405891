import * as tf from '@tensorflow/tfjs-core';
import { EmaInPlace, type EmaAttrs } from './kernels/index.js';
import { hasNativeKernel, runNative } from './native.js';

/**
 * Moves every shadow towards its parameter, `shadow -= (1 - decay) (shadow - parameter)`, all in one call.
 * In place on an engine with the native form: see adamStep.
 */
export function emaStep(shadows: readonly tf.Variable[], parameters: readonly tf.Tensor[], decay: number): void {
  if (shadows.length === 0) return;
  if (hasNativeKernel(EmaInPlace)) {
    runNative(EmaInPlace, [...shadows, ...parameters], { count: shadows.length, decay } satisfies EmaAttrs);
    return;
  }
  shadows.forEach((shadow, i) => {
    const parameter = parameters[i];
    if (!parameter) throw new RangeError(`emaStep: no parameter for shadow ${i}`);
    tf.tidy(() => {
      shadow.assign(tf.sub(shadow, tf.mul(tf.sub(shadow, parameter), 1 - decay)));
    });
  });
}

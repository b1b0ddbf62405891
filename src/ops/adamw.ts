import * as tf from '@tensorflow/tfjs-core';
import { AdamWInPlace, type AdamWAttrs } from './kernels/index.js';
import { hasNativeKernel, runNative } from './native.js';

/** The tensors of one AdamW step, in the same order; gradients are only read, the others are updated. */
export interface AdamWTensors {
  readonly parameters: readonly tf.Variable[];
  readonly gradients: readonly tf.Tensor[];
  readonly firstMoments: readonly tf.Variable[];
  readonly secondMoments: readonly tf.Variable[];
}

/**
 * One AdamW step over all parameters at once (Loshchilov and Hutter 2019, algorithm 2, in `torch.optim.AdamW`'s order
 * of operations): weights decay by `learningRate * weightDecay` first, the bias-corrected step follows.
 * On an engine with the native form the tensors change in place, so a tensor that shares a parameter's data changes too.
 */
export function adamWStep(tensors: AdamWTensors, attrs: Omit<AdamWAttrs, 'count'>): void {
  const { parameters, gradients, firstMoments, secondMoments } = tensors;
  if (parameters.length === 0) return;
  if (hasNativeKernel(AdamWInPlace)) {
    const inputs = [...parameters, ...gradients, ...firstMoments, ...secondMoments];
    runNative(AdamWInPlace, inputs, { count: parameters.length, ...attrs } satisfies AdamWAttrs);
    return;
  }
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = attrs;
  const stepSize = learningRate / (1 - beta1 ** step);
  const sqrtBiasCorrection2 = Math.sqrt(1 - beta2 ** step);
  parameters.forEach((parameter, i) => {
    const gradient = gradients[i];
    const firstMoment = firstMoments[i];
    const secondMoment = secondMoments[i];
    if (!gradient || !firstMoment || !secondMoment) throw new RangeError(`adamWStep: no gradient or moments for ${i}`);
    tf.tidy(() => {
      const m = tf.add(tf.mul(firstMoment, beta1), tf.mul(gradient, 1 - beta1));
      const v = tf.add(tf.mul(secondMoment, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const denominator = tf.add(tf.div(tf.sqrt(v), sqrtBiasCorrection2), epsilon);
      const decayed = tf.mul(parameter, 1 - learningRate * weightDecay);
      parameter.assign(tf.sub(decayed, tf.mul(tf.div(m, denominator), stepSize)));
      firstMoment.assign(m);
      secondMoment.assign(v);
    });
  });
}

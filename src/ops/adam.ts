import * as tf from '@tensorflow/tfjs-core';
import { AdamInPlace, type AdamAttrs } from './kernels/index.js';
import { hasNativeKernel, runNative } from './native.js';

/** The tensors of one Adam step, in the same order; gradients are only read, the others are updated. */
export interface AdamTensors {
  readonly parameters: readonly tf.Variable[];
  readonly gradients: readonly tf.Tensor[];
  readonly firstMoments: readonly tf.Variable[];
  readonly secondMoments: readonly tf.Variable[];
}

/**
 * One Adam step over all parameters at once (Kingma and Ba 2015, algorithm 1), in PyTorch's order of operations.
 * Weights decay by `learningRate * weightDecay` before the step where that is decoupled (`torch.optim.AdamW`, Loshchilov
 * and Hutter 2019, algorithm 2), else `weightDecay * parameter` is added to the gradient (`torch.optim.Adam`).
 * On an engine with the native form the tensors change in place, and so does one that shares a parameter's data.
 */
export function adamStep(tensors: AdamTensors, attrs: Omit<AdamAttrs, 'count'>): void {
  const { parameters, gradients, firstMoments, secondMoments } = tensors;
  if (parameters.length === 0) return;
  if (hasNativeKernel(AdamInPlace)) {
    const inputs = [...parameters, ...gradients, ...firstMoments, ...secondMoments];
    runNative(AdamInPlace, inputs, { count: parameters.length, ...attrs } satisfies AdamAttrs);
    return;
  }
  const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled, step } = attrs;
  const stepSize = learningRate / (1 - beta1 ** step);
  const sqrtBiasCorrection2 = Math.sqrt(1 - beta2 ** step);
  const shrink = decoupled ? 1 - learningRate * weightDecay : 1;
  const penalty = decoupled ? 0 : weightDecay;
  parameters.forEach((parameter, i) => {
    const given = gradients[i];
    const firstMoment = firstMoments[i];
    const secondMoment = secondMoments[i];
    if (!given || !firstMoment || !secondMoment) throw new RangeError(`adamStep: no gradient or moments for ${i}`);
    tf.tidy(() => {
      const gradient = penalty === 0 ? given : tf.add(given, tf.mul(parameter, penalty));
      const m = tf.add(tf.mul(firstMoment, beta1), tf.mul(gradient, 1 - beta1));
      const v = tf.add(tf.mul(secondMoment, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const denominator = tf.add(tf.div(tf.sqrt(v), sqrtBiasCorrection2), epsilon);
      parameter.assign(tf.sub(tf.mul(parameter, shrink), tf.mul(tf.div(m, denominator), stepSize)));
      firstMoment.assign(m);
      secondMoment.assign(v);
    });
  });
}

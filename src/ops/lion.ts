import * as tf from '@tensorflow/tfjs-core';

/** The tensors of one Lion step, in the same order; gradients are only read, the others are updated. */
export interface LionTensors {
  readonly parameters: readonly tf.Variable[];
  readonly gradients: readonly tf.Tensor[];
  readonly moments: readonly tf.Variable[];
}

export interface LionAttrs {
  readonly learningRate: number;
  /** Of the moment in the direction of a step. */
  readonly beta1: number;
  /** Of the moment that is kept. */
  readonly beta2: number;
  readonly weightDecay: number;
}

/** One step of Lion (Chen et al. 2023, algorithm 2): every weight moves by the learning rate, and decays by itself. */
export function lionStep(tensors: LionTensors, { learningRate, beta1, beta2, weightDecay }: LionAttrs): void {
  const shrink = 1 - learningRate * weightDecay;
  const mixed = (moment: tf.Tensor, gradient: tf.Tensor, beta: number) =>
    tf.add(tf.mul(moment, beta), tf.mul(gradient, 1 - beta));
  tensors.parameters.forEach((parameter, i) => {
    const gradient = tensors.gradients[i];
    const moment = tensors.moments[i];
    if (!gradient || !moment) throw new RangeError(`lionStep: no gradient or moment for ${i}`);
    tf.tidy(() => {
      const direction = tf.sign(mixed(moment, gradient, beta1));
      const shrunk = shrink === 1 ? parameter : tf.mul(parameter, shrink);
      parameter.assign(tf.sub(shrunk, tf.mul(direction, learningRate)));
      moment.assign(mixed(moment, gradient, beta2));
    });
  });
}

import * as tf from '@tensorflow/tfjs-core';

/** The tensors of one SGD step, in the same order; gradients are only read, the others are updated. */
export interface SgdTensors {
  readonly parameters: readonly tf.Variable[];
  readonly gradients: readonly tf.Tensor[];
  /** Empty where the momentum is 0. */
  readonly momentumBuffers: readonly tf.Variable[];
}

export interface SgdAttrs {
  readonly learningRate: number;
  readonly momentum: number;
  readonly dampening: number;
  /** Whether the step looks ahead along the momentum. */
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** 1 for the first step, in which the gradient is not dampened. */
  readonly step: number;
}

/**
 * One step of stochastic gradient descent in PyTorch's order of operations (`torch.optim.SGD`): unlike in Sutskever et al.
 * 2013 the learning rate multiplies the velocity, not the gradient in it.
 */
export function sgdStep(tensors: SgdTensors, attrs: SgdAttrs): void {
  const { learningRate, momentum, dampening, nesterov, weightDecay, step } = attrs;
  const fresh = step === 1 ? 1 : 1 - dampening;
  tensors.parameters.forEach((parameter, i) => {
    const given = tensors.gradients[i];
    if (!given) throw new RangeError(`sgdStep: no gradient for ${i}`);
    tf.tidy(() => {
      const gradient = weightDecay === 0 ? given : tf.add(given, tf.mul(parameter, weightDecay));
      const direction = () => {
        if (momentum === 0) return gradient;
        const buffer = tensors.momentumBuffers[i];
        if (!buffer) throw new RangeError(`sgdStep: no momentum buffer for ${i}`);
        const velocity = tf.add(tf.mul(buffer, momentum), fresh === 1 ? gradient : tf.mul(gradient, fresh));
        buffer.assign(velocity);
        return nesterov ? tf.add(gradient, tf.mul(velocity, momentum)) : velocity;
      };
      parameter.assign(tf.sub(parameter, tf.mul(direction(), learningRate)));
    });
  });
}

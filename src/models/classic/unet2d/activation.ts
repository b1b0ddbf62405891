import * as tf from '@tensorflow/tfjs-core';
import { GroupNorm } from '../../../nn/index.js';
import { gelu, silu, type ScaleShift } from '../../../ops/index.js';

/** What `act_fn` may be; swish is another name of SiLU. */
export type ActivationName = 'silu' | 'swish' | 'mish' | 'gelu' | 'relu';

const activations: Readonly<Record<ActivationName, (x: tf.Tensor) => tf.Tensor>> = {
  silu,
  swish: silu,
  // Misra 2019, eq. 1
  mish: (x) => tf.tidy(() => tf.mul(x, tf.tanh(tf.softplus(x)))),
  gelu,
  relu: tf.relu,
};

/** The activation of that name, applied to `x`; the shape stays as it is. */
export function activate<T extends tf.Tensor>(name: ActivationName, x: T): T {
  return activations[name](x) as T;
}

export interface ActivatedGroupNormOptions {
  readonly numGroups: number;
  readonly epsilon: number;
  readonly activation: ActivationName;
}

/** Group normalization and the activation that follows it, in one pass over memory where that is SiLU. */
export class ActivatedGroupNorm extends GroupNorm {
  readonly #after: ActivationName | undefined;

  constructor(channels: number, { numGroups, epsilon, activation }: ActivatedGroupNormOptions) {
    const fused = activations[activation] === silu;
    super(channels, { numGroups, epsilon, activation: fused ? 'silu' : 'linear' });
    this.#after = fused ? undefined : activation;
  }

  override forward<R extends tf.Rank>(x: tf.Tensor<R>, scaleShift?: ScaleShift): tf.Tensor<R> {
    const normalized = super.forward(x, scaleShift);
    return this.#after ? activate(this.#after, normalized) : normalized;
  }
}

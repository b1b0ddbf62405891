import * as tf from '@tensorflow/tfjs-core';
import { toFloat32, type HostTensor } from '../io/host-tensor.js';
import type { Parameter } from '../nn/index.js';
import { adamStep } from '../ops/index.js';
import { withDefaults, type Params, type ParamsInput, type ParamsSchema } from '../params.js';
import type { Optimizer, OptimizerState } from './optimizer.js';

export const adamParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    betas: {
      type: 'array',
      items: { type: 'number', minimum: 0, exclusiveMaximum: 1 },
      minItems: 2,
      maxItems: 2,
      default: [0.9, 0.999],
      description: 'Decay of the first and second moment.',
    },
    eps: { type: 'number', exclusiveMinimum: 0, default: 1e-8, description: 'Added to the denominator.' },
    weight_decay: { type: 'number', minimum: 0, default: 0, description: 'L2 penalty, added to the gradient.' },
  },
} as const satisfies ParamsSchema;

/**
 * Adam (Kingma and Ba 2015, algorithm 1), with the defaults and the order of operations of `torch.optim.Adam`.
 * The learning rate is given to each step: it belongs to the schedule, not to the optimizer.
 */
export class Adam implements Optimizer {
  readonly #options: Params<typeof adamParams>;
  readonly #decoupled: boolean;
  readonly #firstMoments: tf.Variable[];
  readonly #secondMoments: tf.Variable[];
  #step = 0;

  /**
   * @param parameters names and initialized parameters
   * @param decoupled whether weights decay by themselves, as AdamW's do, rather than through the gradient
   */
  constructor(
    readonly parameters: readonly (readonly [string, Parameter])[],
    options: ParamsInput<typeof adamParams> = {},
    decoupled = false,
  ) {
    this.#options = withDefaults(adamParams, options);
    this.#decoupled = decoupled;
    const zeros = () => parameters.map(([, { shape }]) => tf.tidy(() => tf.variable(tf.zeros([...shape]), false)));
    this.#firstMoments = zeros();
    this.#secondMoments = zeros();
  }

  step(gradients: readonly tf.Tensor[], learningRate: number): void {
    this.#step += 1;
    const [beta1 = 0.9, beta2 = 0.999] = this.#options.betas;
    adamStep(
      {
        parameters: this.parameters.map(([, parameter]) => parameter.value),
        gradients,
        firstMoments: this.#firstMoments,
        secondMoments: this.#secondMoments,
      },
      {
        learningRate,
        beta1,
        beta2,
        epsilon: this.#options.eps,
        weightDecay: this.#options.weight_decay,
        decoupled: this.#decoupled,
        step: this.#step,
      },
    );
  }

  state(): OptimizerState {
    const tensors = new Map<string, HostTensor>();
    for (const [key, moment, parameter] of this.#named()) tensors.set(key, parameter.publish(moment));
    return { step: this.#step, tensors };
  }

  /** @throws Error naming the first moment that is missing */
  load({ step, tensors }: OptimizerState): void {
    for (const [key, moment, parameter] of this.#named()) {
      const saved = tensors.get(key);
      if (!saved) throw new Error(`the optimizer's state has no ${key}`);
      tf.tidy(() => {
        moment.assign(parameter.held(tf.tensor(toFloat32(saved), [...saved.shape])));
      });
    }
    this.#step = step;
  }

  dispose(): void {
    tf.dispose([...this.#firstMoments, ...this.#secondMoments]);
  }

  *#named(): IterableIterator<[string, tf.Variable, Parameter]> {
    for (const [prefix, moments] of [
      ['exp_avg', this.#firstMoments],
      ['exp_avg_sq', this.#secondMoments],
    ] as const) {
      for (const [i, [name, parameter]] of this.parameters.entries()) {
        const moment = moments[i];
        if (moment) yield [`${prefix}.${name}`, moment, parameter];
      }
    }
  }
}

import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../io/host-tensor.js';
import { toFloat32 } from '../io/host-tensor.js';
import type { Parameter } from '../nn/index.js';
import { adamWStep } from '../ops/index.js';
import { withDefaults, type ParamsInput, type ParamsSchema } from '../params.js';

export const adamWParams = {
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
    weight_decay: { type: 'number', minimum: 0, default: 0.01, description: 'Decoupled weight decay.' },
  },
} as const satisfies ParamsSchema;

/** Named tensors of an optimizer's state in PyTorch's names: `exp_avg.<parameter>`, `exp_avg_sq.<parameter>`. */
export interface OptimizerState {
  readonly step: number;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** What a trainer needs of an optimizer. */
export interface Optimizer {
  readonly parameters: readonly (readonly [string, Parameter])[];
  /**
   * One step.
   * @param gradients one for each parameter, in order; read, not disposed
   * @param learningRate of this step
   */
  step(gradients: readonly tf.Tensor[], learningRate: number): void;
  state(): OptimizerState;
  load(state: OptimizerState): void;
  dispose(): void;
}

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2), with the defaults and the order of operations of
 * `torch.optim.AdamW`. The learning rate is given to each step: it belongs to the schedule, not to the optimizer.
 */
export class AdamW implements Optimizer {
  readonly #options: { betas: readonly number[]; eps: number; weight_decay: number };
  readonly #firstMoments: tf.Variable[];
  readonly #secondMoments: tf.Variable[];
  #step = 0;

  /** @param parameters names and initialized parameters */
  constructor(
    readonly parameters: readonly (readonly [string, Parameter])[],
    options: ParamsInput<typeof adamWParams> = {},
  ) {
    this.#options = withDefaults(adamWParams, options);
    const zeros = () => parameters.map(([, { shape }]) => tf.tidy(() => tf.variable(tf.zeros([...shape]), false)));
    this.#firstMoments = zeros();
    this.#secondMoments = zeros();
  }

  step(gradients: readonly tf.Tensor[], learningRate: number): void {
    this.#step += 1;
    const [beta1 = 0.9, beta2 = 0.999] = this.#options.betas;
    adamWStep(
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

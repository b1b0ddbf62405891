import type { Parameter } from '../nn/index.js';
import { sgdStep } from '../ops/index.js';
import { withDefaults, type Params, type ParamsInput, type ParamsSchema } from '../params.js';
import { MomentOptimizer, type StepOptions, type StepTensors } from './moment-optimizer.js';

export const sgdParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    momentum: { type: 'number', minimum: 0, default: 0, description: 'Of the velocity kept from step to step.' },
    dampening: {
      type: 'number',
      default: 0,
      description: 'Part of a gradient that does not enter the velocity, from the second step on.',
    },
    weight_decay: { type: 'number', minimum: 0, default: 0, description: 'L2 penalty, added to the gradient.' },
    nesterov: {
      type: 'boolean',
      default: false,
      description: 'Look ahead along the velocity, which needs a momentum and no dampening.',
    },
  },
} as const satisfies ParamsSchema;

/**
 * Stochastic gradient descent with momentum (Sutskever et al. 2013), with the defaults and the order of operations of
 * `torch.optim.SGD`. Without momentum it keeps nothing.
 */
export class SGD extends MomentOptimizer<'momentum_buffer'> {
  readonly #options: Params<typeof sgdParams>;

  /**
   * @param parameters names and initialized parameters
   * @throws RangeError for `nesterov` without a momentum or with a dampening
   */
  constructor(parameters: readonly (readonly [string, Parameter])[], given: ParamsInput<typeof sgdParams> = {}) {
    const options = withDefaults(sgdParams, given);
    const { momentum, dampening, nesterov } = options;
    if (nesterov && !(momentum > 0 && dampening === 0)) {
      throw new RangeError(
        `SGD: nesterov needs a momentum and no dampening, found momentum ${momentum}, dampening ${dampening}`,
      );
    }
    super(parameters, momentum > 0 ? ['momentum_buffer'] : []);
    this.#options = options;
  }

  protected override update(tensors: StepTensors, { learningRate, step }: StepOptions): void {
    const { momentum, dampening, nesterov, weight_decay: weightDecay } = this.#options;
    sgdStep(
      { ...tensors, momentumBuffers: this.moments('momentum_buffer') },
      { learningRate, momentum, dampening, nesterov, weightDecay, step },
    );
  }
}

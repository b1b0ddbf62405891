import type { Parameter } from '../nn/index.js';
import { adamStep } from '../ops/index.js';
import { withDefaults, type Params, type ParamsInput, type ParamsSchema } from '../params.js';
import { MomentOptimizer, type StepOptions, type StepTensors } from './moment-optimizer.js';

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
    amsgrad: {
      type: 'boolean',
      default: false,
      description: 'Has to be false: the variant with the largest second moment is not built.',
    },
  },
} as const satisfies ParamsSchema;

/**
 * Adam (Kingma and Ba 2015, algorithm 1), with the defaults and the order of operations of `torch.optim.Adam`.
 * The learning rate is given to each step: it belongs to the schedule, not to the optimizer.
 */
export class Adam extends MomentOptimizer<'exp_avg' | 'exp_avg_sq'> {
  readonly #options: Params<typeof adamParams>;
  readonly #decoupled: boolean;

  /**
   * @param parameters names and initialized parameters
   * @param decoupled whether weights decay by themselves, as AdamW's do, rather than through the gradient
   * @throws RangeError for `amsgrad`
   */
  constructor(
    parameters: readonly (readonly [string, Parameter])[],
    options: ParamsInput<typeof adamParams> = {},
    decoupled = false,
  ) {
    if (options.amsgrad) throw new RangeError('amsgrad, the largest second moment of all steps, is not built');
    super(parameters, ['exp_avg', 'exp_avg_sq']);
    this.#options = withDefaults(adamParams, options);
    this.#decoupled = decoupled;
  }

  protected override update(tensors: StepTensors, { learningRate, step }: StepOptions): void {
    const { betas, eps: epsilon, weight_decay: weightDecay } = this.#options;
    const [beta1 = 0.9, beta2 = 0.999] = betas;
    adamStep(
      { ...tensors, firstMoments: this.moments('exp_avg'), secondMoments: this.moments('exp_avg_sq') },
      { learningRate, beta1, beta2, epsilon, weightDecay, decoupled: this.#decoupled, step },
    );
  }
}

import type { Parameter } from '../nn/index.js';
import { lionStep } from '../ops/index.js';
import { withDefaults, type Params, type ParamsInput, type ParamsSchema } from '../params.js';
import { MomentOptimizer, type StepOptions, type StepTensors } from './moment-optimizer.js';

export const lionParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    betas: {
      type: 'array',
      items: { type: 'number', minimum: 0, exclusiveMaximum: 1 },
      minItems: 2,
      maxItems: 2,
      default: [0.9, 0.99],
      description: 'Decay of the moment in the direction of a step, and as it is kept.',
    },
    weight_decay: { type: 'number', minimum: 0, default: 0, description: 'Decoupled weight decay.' },
  },
} as const satisfies ParamsSchema;

/**
 * Lion (Chen et al. 2023, algorithm 2): steps of one size in every weight, in the direction that one moment tells. It
 * wants a learning rate of a third to a tenth of AdamW's and a weight decay larger by as much (section 5).
 */
export class Lion extends MomentOptimizer<'exp_avg'> {
  readonly #options: Params<typeof lionParams>;

  /** @param parameters names and initialized parameters */
  constructor(parameters: readonly (readonly [string, Parameter])[], options: ParamsInput<typeof lionParams> = {}) {
    super(parameters, ['exp_avg']);
    this.#options = withDefaults(lionParams, options);
  }

  protected override update(tensors: StepTensors, { learningRate }: StepOptions): void {
    const { betas, weight_decay: weightDecay } = this.#options;
    const [beta1 = 0.9, beta2 = 0.99] = betas;
    lionStep({ ...tensors, moments: this.moments('exp_avg') }, { learningRate, beta1, beta2, weightDecay });
  }
}

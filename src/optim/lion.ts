import type { Parameter } from '../nn/index.js';
import { lionStep } from '../ops/index.js';
import { withDefaults, type Params, type ParamsInput } from '../params.js';
import { lionParams } from './lion.params.js';
import { MomentOptimizer, type StepOptions, type StepTensors } from './moment-optimizer.js';

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

  /** The first beta. */
  get momentum(): number {
    return this.#options.betas[0] ?? 0.9;
  }

  protected override update(tensors: StepTensors, { learningRate }: StepOptions): void {
    const { betas, weight_decay: weightDecay } = this.#options;
    const [beta1 = 0.9, beta2 = 0.99] = betas;
    lionStep({ ...tensors, moments: this.moments('exp_avg') }, { learningRate, beta1, beta2, weightDecay });
  }
}

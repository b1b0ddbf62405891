import type { Parameter } from '../nn/index.js';
import { adamStep } from '../ops/index.js';
import { withDefaults, type Params, type ParamsInput } from '../params.js';
import { adamParams } from './adam.params.js';
import { MomentOptimizer, type StepOptions, type StepTensors } from './moment-optimizer.js';

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

  /** The first beta. */
  get momentum(): number {
    return this.#options.betas[0] ?? 0.9;
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

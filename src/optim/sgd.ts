import type { Parameter } from '../nn/index.js';
import { sgdStep } from '../ops/index.js';
import { withDefaults, type Params, type ParamsInput } from '../params.js';
import { MomentOptimizer, type StepOptions, type StepTensors } from './moment-optimizer.js';
import { sgdParams } from './sgd.params.js';

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

  get momentum(): number {
    return this.#options.momentum;
  }

  protected override update(tensors: StepTensors, { learningRate, step }: StepOptions): void {
    const { momentum, dampening, nesterov, weight_decay: weightDecay } = this.#options;
    sgdStep(
      { ...tensors, momentumBuffers: this.moments('momentum_buffer') },
      { learningRate, momentum, dampening, nesterov, weightDecay, step },
    );
  }
}

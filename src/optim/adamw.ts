import type { Parameter } from '../nn/index.js';
import { withDefaults, type ParamsInput } from '../params.js';
import { Adam } from './adam.js';
import { adamWParams } from './adam.params.js';

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2), with the defaults and the order of operations of
 * `torch.optim.AdamW`: Adam whose weights decay by themselves rather than through the gradient.
 */
export class AdamW extends Adam {
  /**
   * @param parameters names and initialized parameters
   * @throws RangeError for `amsgrad`
   */
  constructor(parameters: readonly (readonly [string, Parameter])[], options: ParamsInput<typeof adamWParams> = {}) {
    super(parameters, withDefaults(adamWParams, options), true);
  }
}

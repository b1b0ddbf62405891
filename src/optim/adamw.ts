import type { Parameter } from '../nn/index.js';
import { withDefaults, type ParamsInput, type ParamsSchema } from '../params.js';
import { Adam, adamParams } from './adam.js';

export const adamWParams = {
  ...adamParams,
  properties: {
    ...adamParams.properties,
    weight_decay: { type: 'number', minimum: 0, default: 0.01, description: 'Decoupled weight decay.' },
  },
} as const satisfies ParamsSchema;

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

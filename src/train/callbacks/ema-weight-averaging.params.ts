import type { ParamsSchema } from '../../params.js';

/** Parameters of EMAWeightAveraging, under Lightning's names. */
export const emaWeightAveragingParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    decay: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.999,
      description: 'What an update keeps of the average; the rest is of the weights.',
    },
    use_warmup: {
      type: 'boolean',
      default: false,
      description: 'Keep less at first, (1 + k) / (10 + k) at update k, as the average of use_ema does.',
    },
    update_every_n_steps: {
      type: 'integer',
      minimum: 0,
      default: 1,
      description: 'Steps between two updates, the first of which follows the first step; 0 for none at steps.',
    },
    update_starting_at_step: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description:
        'No update at the steps before, counted from 0; null for none such. The average begins with the first update.',
    },
    update_starting_at_epoch: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description: 'Update at the end of each epoch too, from this one on, counted from 0; null for never.',
    },
    use_buffers: {
      type: 'boolean',
      default: false,
      description: 'Has to be false: to average buffers too is not built.',
    },
    device: {
      type: ['string', 'integer', 'null'],
      default: null,
      description: 'No effect: the average is where the weights are.',
    },
  },
} as const satisfies ParamsSchema;

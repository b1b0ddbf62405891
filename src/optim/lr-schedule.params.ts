import type { ParamsSchema } from '../params.js';

const verbosityInterval = {
  type: 'integer',
  default: 0,
  description: 'Accepted for published configs; the rate is logged with the metrics.',
} as const;

/** Parameters of LambdaWarmUpCosineScheduler, factors of the learning rate. */
export const warmUpCosineParams = {
  type: 'object',
  additionalProperties: false,
  required: ['warm_up_steps', 'lr_min', 'lr_max', 'lr_start', 'max_decay_steps'],
  properties: {
    warm_up_steps: { type: 'integer', minimum: 0, description: 'Steps of the line from lr_start to lr_max.' },
    lr_min: { type: 'number', minimum: 0, description: 'Factor at the end.' },
    lr_max: { type: 'number', minimum: 0, description: 'Factor after the warm-up.' },
    lr_start: { type: 'number', minimum: 0, description: 'Factor at step 0.' },
    max_decay_steps: { type: 'integer', minimum: 1, description: 'Step at which lr_min is reached.' },
    verbosity_interval: verbosityInterval,
  },
} as const satisfies ParamsSchema;

const perCycle = { type: 'array', items: { type: 'number', minimum: 0 }, minItems: 1 } as const;

/** Parameters of LambdaWarmUpCosineScheduler2 and LambdaLinearScheduler: one value per cycle. */
export const cyclesParams = {
  type: 'object',
  additionalProperties: false,
  required: ['warm_up_steps', 'f_min', 'f_max', 'f_start', 'cycle_lengths'],
  properties: {
    warm_up_steps: { ...perCycle, description: 'Steps of the line from f_start to f_max, of each cycle.' },
    f_min: { ...perCycle, description: 'Factor at the end of each cycle.' },
    f_max: { ...perCycle, description: 'Factor after the warm-up of each cycle.' },
    f_start: { ...perCycle, description: 'Factor at the beginning of each cycle.' },
    cycle_lengths: { ...perCycle, description: 'Steps of each cycle.' },
    verbosity_interval: verbosityInterval,
  },
} as const satisfies ParamsSchema;

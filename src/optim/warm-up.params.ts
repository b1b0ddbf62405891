import type { ParamsSchema } from '../params.js';

const warmUpSteps = {
  type: 'integer',
  minimum: 0,
  description: 'Steps of the line from 0 to the whole rate.',
} as const;

/** Parameters of ConstantSchedule: it has none. */
export const constantParams = {
  type: 'object',
  additionalProperties: false,
  properties: {},
} as const satisfies ParamsSchema;

/** Parameters of ConstantScheduleWithWarmup. */
export const constantWithWarmUpParams = {
  type: 'object',
  additionalProperties: false,
  required: ['num_warmup_steps'],
  properties: { num_warmup_steps: warmUpSteps },
} as const satisfies ParamsSchema;

/** Parameters of CosineScheduleWithWarmup. */
export const cosineWithWarmUpParams = {
  type: 'object',
  additionalProperties: false,
  required: ['num_warmup_steps', 'num_training_steps'],
  properties: {
    num_warmup_steps: warmUpSteps,
    num_training_steps: {
      type: 'integer',
      minimum: 1,
      description: 'Step at which the cosine ends, such as ${lightning.trainer.max_steps}.',
    },
    num_cycles: {
      type: 'number',
      minimum: 0,
      default: 0.5,
      description: 'Waves of the cosine: a half falls from the whole rate to 0.',
    },
  },
} as const satisfies ParamsSchema;

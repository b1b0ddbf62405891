import type { ParamsSchema } from '../params.js';

/** Parameters of SGD, under PyTorch's names. */
export const sgdParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    momentum: { type: 'number', minimum: 0, default: 0, description: 'Of the velocity kept from step to step.' },
    dampening: {
      type: 'number',
      default: 0,
      description: 'Part of a gradient that does not enter the velocity, from the second step on.',
    },
    weight_decay: { type: 'number', minimum: 0, default: 0, description: 'L2 penalty, added to the gradient.' },
    nesterov: {
      type: 'boolean',
      default: false,
      description: 'Look ahead along the velocity, which needs a momentum and no dampening.',
    },
  },
} as const satisfies ParamsSchema;

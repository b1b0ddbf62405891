import type { ParamsSchema } from '../params.js';

/** Two decays of moments. */
export const betas = {
  type: 'array',
  items: { type: 'number', minimum: 0, exclusiveMaximum: 1 },
  minItems: 2,
  maxItems: 2,
} as const;

/** Parameters of Adam, under PyTorch's names. */
export const adamParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    betas: { ...betas, default: [0.9, 0.999], description: 'Decay of the first and second moment.' },
    eps: { type: 'number', exclusiveMinimum: 0, default: 1e-8, description: 'Added to the denominator.' },
    weight_decay: { type: 'number', minimum: 0, default: 0, description: 'L2 penalty, added to the gradient.' },
    amsgrad: {
      type: 'boolean',
      default: false,
      description: 'Has to be false: the variant with the largest second moment is not built.',
    },
  },
} as const satisfies ParamsSchema;

/** Parameters of AdamW, under PyTorch's names. */
export const adamWParams = {
  ...adamParams,
  properties: {
    ...adamParams.properties,
    weight_decay: { type: 'number', minimum: 0, default: 0.01, description: 'Decoupled weight decay.' },
  },
} as const satisfies ParamsSchema;

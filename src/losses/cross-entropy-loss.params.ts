import type { Params, ParamsInput, ParamsSchema } from '../params.js';

/** Parameters of CrossEntropyLoss, under PyTorch's names. */
export const crossEntropyLossParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    weight: {
      type: ['array', 'null'],
      items: { type: 'number', minimum: 0 },
      minItems: 1,
      default: null,
      description: 'Weight of each class; null for 1.',
    },
    ignore_index: { type: 'integer', default: -100, description: 'The label of what does not count.' },
    reduction: {
      enum: ['mean', 'sum', 'none'],
      default: 'mean',
      description: 'The mean of all losses, weighed by their weights, their sum, or each by itself.',
    },
    label_smoothing: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0,
      description: 'Share of the target that is spread evenly over all classes.',
    },
  },
} as const satisfies ParamsSchema;

export type CrossEntropyLossParams = Params<typeof crossEntropyLossParams>;
export type CrossEntropyLossParamsInput = ParamsInput<typeof crossEntropyLossParams>;

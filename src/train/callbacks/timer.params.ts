import type { ParamsSchema } from '../../params.js';
import { duration } from '../duration.params.js';

/** Parameters of Timer, under Lightning's names. */
export const timerParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    duration: {
      ...duration,
      default: null,
      description: 'How long to train, those parts included that a resumed run has behind it; null to measure alone.',
    },
    interval: {
      enum: ['step', 'epoch'],
      default: 'step',
      description: 'Whether training stops after the step in which the time runs out, or at the end of the epoch.',
    },
    verbose: {
      type: 'boolean',
      default: true,
      description: 'Tell when the time is over, and at the end what it took.',
    },
  },
} as const satisfies ParamsSchema;

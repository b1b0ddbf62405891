import type { ParamsSchema } from '../../params.js';
import { logImagesParams } from '../log-images.params.js';

/** Parameters of ImageLogger, under their published names and with the values `main.py` fills in; `log_last` is ours. */
export const imageLoggerParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    batch_frequency: {
      type: ['integer', 'null'],
      minimum: 1,
      default: 750,
      description: 'Steps between two sets of images; null for none but the last.',
    },
    max_images: { type: 'integer', minimum: 0, default: 4, description: 'Images of a batch to show; 0 for none.' },
    clamp: {
      type: 'boolean',
      default: true,
      description: 'Clamp values to the range of the picture; a PNG file holds no others, so false changes nothing.',
    },
    increase_log_steps: {
      type: 'boolean',
      default: true,
      description: 'Draw also at steps 1, 2, 4, 8 … below batch_frequency.',
    },
    rescale: {
      type: 'boolean',
      default: true,
      description: 'Whether the model gives values in [-1, 1]; false for [0, 1].',
    },
    disabled: { type: 'boolean', default: false, description: 'Draw nothing at all.' },
    log_on_batch_idx: {
      type: 'boolean',
      default: false,
      description: 'Count the batches of the epoch instead of the steps.',
    },
    log_first_step: { type: 'boolean', default: false, description: 'Draw at the first step in any case.' },
    log_images_kwargs: {
      ...logImagesParams,
      type: ['object', 'null'],
      default: null,
      description: "Arguments of the model's log_images.",
    },
    log_last: { type: 'boolean', default: true, description: 'Whether to draw once more when training ends.' },
  },
} as const satisfies ParamsSchema;

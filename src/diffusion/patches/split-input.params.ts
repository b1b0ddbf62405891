import type { Params, ParamsInput, ParamsSchema } from '../../params.js';

const pair = { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 2, maxItems: 2 } as const;
const weight = { type: 'number', exclusiveMinimum: 0 } as const;

/**
 * What the published code reads from the attribute `split_input_params` of a LatentDiffusion; the defaults are those of
 * its notebooks.
 */
export const splitInputParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ks: {
      ...pair,
      default: [128, 128],
      description: 'Height and width of a patch; no more than the image has.',
    },
    stride: { ...pair, default: [64, 64], description: 'From one patch to the next, down and across.' },
    vqf: {
      type: 'integer',
      minimum: 1,
      default: 4,
      description:
        'Pixels of an image, in height and width, for each of its latent image: what the first stage divides by.',
    },
    patch_distributed_vq: {
      type: 'boolean',
      default: true,
      description: 'Encode and decode patch by patch, too; with false the network alone is applied so.',
    },
    tie_braker: {
      type: 'boolean',
      default: false,
      description: 'Weigh each patch, too, by its distance to the border of the image.',
    },
    clip_min_weight: { ...weight, default: 0.01, description: "Least weight of a pixel, on the patch's border." },
    clip_max_weight: { ...weight, default: 0.5, description: 'Largest weight of a pixel, where 0.5 is the centre.' },
    clip_min_tie_weight: { ...weight, default: 0.01, description: 'Least weight of a patch with tie_braker.' },
    clip_max_tie_weight: { ...weight, default: 0.5, description: 'Largest weight of a patch with tie_braker.' },
  },
} as const satisfies ParamsSchema;

export type SplitInputParams = Params<typeof splitInputParams>;
export type SplitInputParamsInput = ParamsInput<typeof splitInputParams>;

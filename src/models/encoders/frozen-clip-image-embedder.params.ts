import type { Params, ParamsInput, ParamsSchema } from '../../params.js';
import { clipWeightsParams } from './clip-weights.params.js';

/** Parameters of FrozenClipImageEmbedder, under their published names. */
export const frozenClipImageEmbedderParams = {
  type: 'object',
  additionalProperties: false,
  required: ['model'],
  properties: {
    model: clipWeightsParams.version,
    path: clipWeightsParams.path,
    device: clipWeightsParams.device,
    jit: { type: 'boolean', default: false, description: 'Without effect: nothing is compiled.' },
    antialias: { type: 'boolean', default: false, description: 'Whether to blur an image before making it smaller.' },
  },
} as const satisfies ParamsSchema;

export type FrozenClipImageEmbedderParams = Params<typeof frozenClipImageEmbedderParams>;
export type FrozenClipImageEmbedderParamsInput = ParamsInput<typeof frozenClipImageEmbedderParams>;

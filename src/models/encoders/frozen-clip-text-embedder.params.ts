import type { Params, ParamsInput, ParamsSchema } from '../../params.js';
import { clipWeightsParams } from './clip-weights.params.js';

/** Parameters of FrozenCLIPTextEmbedder, under their published names. */
export const frozenClipTextEmbedderParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    version: { ...clipWeightsParams.version, default: 'ViT-L/14' },
    path: clipWeightsParams.path,
    device: clipWeightsParams.device,
    max_length: {
      type: 'integer',
      minimum: 1,
      default: 77,
      description: 'Without effect, as published: texts have as many tokens as CLIP was trained with.',
    },
    n_repeat: { type: 'integer', minimum: 1, default: 1, description: 'How often the vector of a text is repeated.' },
    normalize: { type: 'boolean', default: true, description: 'Whether to scale the vectors to length 1.' },
    tokenizer: {
      type: 'string',
      default: 'models/clip',
      description: "Folder with CLIP's tokenizer.json, or vocab.json and merges.txt, or one of these files.",
    },
  },
} as const satisfies ParamsSchema;

export type FrozenClipTextEmbedderParams = Params<typeof frozenClipTextEmbedderParams>;
export type FrozenClipTextEmbedderParamsInput = ParamsInput<typeof frozenClipTextEmbedderParams>;

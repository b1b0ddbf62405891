/** The parameters that both CLIP embedders share. */
export const clipWeightsParams = {
  version: {
    type: 'string',
    description: 'ViT-B/32, ViT-B/16 or ViT-L/14, or the path of a file of weights, whose sizes are then taken.',
  },
  path: {
    type: ['string', 'null'],
    default: null,
    description:
      "The version's weights, as OpenAI or Hugging Face names them; null for models/clip/ViT-L-14.safetensors (or .pt).",
  },
  device: { type: 'string', description: 'Without effect: --engine chooses where everything runs.' },
} as const;

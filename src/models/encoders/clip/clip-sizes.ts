import { FileError } from '../../../errors.js';
import type { StateDict } from '../../../nn/index.js';

/** The sizes of a CLIP model; attention heads have 64 channels in all of them. */
export interface ClipSizes {
  /** Length of the vectors of texts and images. */
  readonly embedDim: number;
  /** Height and width of images, in pixels. */
  readonly imageResolution: number;
  /** Height and width of a patch, in pixels. */
  readonly patchSize: number;
  readonly visionWidth: number;
  readonly visionLayers: number;
  /** Tokens of a text. */
  readonly contextLength: number;
  readonly vocabSize: number;
  readonly textWidth: number;
  readonly textLayers: number;
}

const base = {
  embedDim: 512,
  imageResolution: 224,
  visionWidth: 768,
  visionLayers: 12,
  contextLength: 77,
  vocabSize: 49408,
  textWidth: 512,
  textLayers: 12,
};

/** The published models by version (Radford et al. 2021, table 20), those with an image transformer. */
export const CLIP_VERSIONS: ReadonlyMap<string, ClipSizes> = new Map([
  ['ViT-B/32', { ...base, patchSize: 32 }],
  ['ViT-B/16', { ...base, patchSize: 16 }],
  ['ViT-L/14', { ...base, embedDim: 768, patchSize: 14, visionWidth: 1024, visionLayers: 24, textWidth: 768 }],
]);

/**
 * The sizes that weights have, by OpenAI's names.
 * @throws FileError when they are not those of a CLIP with an image transformer
 */
export function sizesOf(weights: StateDict, path: string): ClipSizes {
  const shape = (name: string): readonly number[] => {
    const tensor = weights.get(name);
    if (tensor) return tensor.shape;
    throw new FileError({
      where: path,
      problem: `has no ${name}, so that it is no CLIP with an image transformer`,
      expected: `the weights of ${[...CLIP_VERSIONS.keys()].join(', ')} or of another such model`,
    });
  };
  const layers = (pattern: RegExp) => [...weights.keys()].filter((name) => pattern.test(name)).length;
  const [visionWidth = 0, , , patchSize = 0] = shape('visual.conv1.weight');
  const [patches = 0] = shape('visual.positional_embedding');
  const [textWidth = 0, embedDim = 0] = shape('text_projection');
  const [contextLength = 0] = shape('positional_embedding');
  const [vocabSize = 0] = shape('token_embedding.weight');
  return {
    embedDim,
    imageResolution: patchSize * Math.round(Math.sqrt(patches - 1)),
    patchSize,
    visionWidth,
    visionLayers: layers(/^visual\.transformer\.resblocks\.\d+\.attn\.in_proj_weight$/),
    contextLength,
    vocabSize,
    textWidth,
    textLayers: layers(/^transformer\.resblocks\.\d+\.attn\.in_proj_weight$/),
  };
}

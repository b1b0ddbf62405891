import { defineComponent, type NeededFile } from '../src/config/index.js';
import { bertEmbedderParams } from '../src/models/encoders/bert-embedder.params.js';
import { classEmbedderParams } from '../src/models/encoders/class-embedder.params.js';
import { clipFile, type ClipWeights } from '../src/models/encoders/clip/clip-files.js';
import { CLIP_VERSIONS } from '../src/models/encoders/clip/clip-sizes.js';
import { frozenClipImageEmbedderParams } from '../src/models/encoders/frozen-clip-image-embedder.params.js';
import { frozenClipTextEmbedderParams } from '../src/models/encoders/frozen-clip-text-embedder.params.js';
import { spatialRescalerParams } from '../src/models/encoders/spatial-rescaler.params.js';
import { transformerEmbedderParams } from '../src/models/encoders/transformer-embedder.params.js';
import { traits } from './traits.js';

const file = 'latent-diffusion, ldm/modules/encoders/modules.py';
const diffusionFile = 'latent-diffusion, ldm/models/diffusion/ddpm.py';

const noParams = { type: 'object', additionalProperties: false, properties: {} } as const;

/** A sequence of vectors of so many channels, where that is known. */
const context = (channels: number | undefined) =>
  traits({ conditioning: { makes: 'context', ...(channels !== undefined && { channels }) } });

/** @param key the parameter that names the version, which may be a file itself */
function clipNeeded(weights: ClipWeights, key: string): NeededFile[] {
  const { file, remedy } = clipFile(weights);
  const named = weights.path === null || !CLIP_VERSIONS.has(weights.version) ? key : 'path';
  return [{ path: [named], file, what: `the weights of CLIP ${weights.version}`, remedy }];
}

function tokenizerNeeded(file: string, what: string): NeededFile[] {
  const remedy = 'save it there, or set tokenizer to where it lies';
  return [{ path: ['tokenizer'], file, what, remedy }];
}

export const encoders = [
  defineComponent({
    target: 'Unconditional',
    aliases: ['__is_unconditional__'],
    kind: 'conditioner',
    summary: 'No condition at all.',
    source: diffusionFile,
    params: noParams,
    traits: () => traits({ conditioning: { makes: 'nothing' } }),
    load: () => Promise.resolve(() => 'unconditional' as const),
  }),
  defineComponent({
    target: 'FirstStageAsConditioner',
    aliases: ['__is_first_stage__'],
    kind: 'conditioner',
    summary: "The model's own first stage encodes the condition, which is an image.",
    source: diffusionFile,
    params: noParams,
    traits: () => traits({ conditioning: { makes: 'first-stage' } }),
    load: () => Promise.resolve(() => 'first-stage' as const),
  }),
  defineComponent({
    target: 'ClassEmbedder',
    aliases: ['ldm.modules.encoders.modules.ClassEmbedder'],
    kind: 'conditioner',
    summary: 'A learned vector for each class, for cross-attention.',
    shapes: 'labels [N] in 0 … n_classes - 1 -> [N, 1, embed_dim]',
    source: file,
    params: classEmbedderParams,
    traits: ({ embed_dim: channels, n_classes: numClasses, key }) =>
      traits({ conditioning: { makes: 'context', channels, numClasses, key } }),
    load: async () => {
      const { ClassEmbedder } = await import('../src/models/encoders/class-embedder.js');
      return (params) => new ClassEmbedder(params);
    },
  }),
  defineComponent({
    target: 'SpatialRescaler',
    aliases: ['ldm.modules.encoders.modules.SpatialRescaler'],
    kind: 'conditioner',
    summary: 'An image rescaled by interpolation, its channels mapped.',
    shapes: 'x [N, C, H, W] -> [N, out_channels, H*m, W*m]; m = multiplier^n_stages',
    source: file,
    params: spatialRescalerParams,
    traits: ({ out_channels: channels }) =>
      traits({ conditioning: { makes: 'image', ...(channels !== null && { channels }) } }),
    load: async () => {
      const { SpatialRescaler } = await import('../src/models/encoders/spatial-rescaler.js');
      return (params) => new SpatialRescaler(params);
    },
  }),
  defineComponent({
    target: 'TransformerEmbedder',
    aliases: ['ldm.modules.encoders.modules.TransformerEmbedder'],
    kind: 'conditioner',
    summary: 'Tokens of any kind through a transformer encoder.',
    shapes: 'tokens [N, T], T at most max_seq_len -> [N, T, n_embed]',
    source: file,
    params: transformerEmbedderParams,
    traits: ({ n_embed }) => context(n_embed),
    load: async () => {
      const { TransformerEmbedder } = await import('../src/models/encoders/transformer-embedder.js');
      return (params) => new TransformerEmbedder(params);
    },
  }),
  defineComponent({
    target: 'BERTEmbedder',
    aliases: ['ldm.modules.encoders.modules.BERTEmbedder'],
    kind: 'conditioner',
    summary: "Texts in BERT's word pieces through a transformer encoder.",
    shapes: 'texts -> [N, max_seq_len, n_embed]; tokens [N, T] -> [N, T, n_embed]',
    source: file,
    params: bertEmbedderParams,
    traits: ({ n_embed }) => context(n_embed),
    needs: ({ use_tokenizer: wanted, tokenizer }) =>
      wanted ? tokenizerNeeded(tokenizer, 'a folder with tokenizer.json or vocab.txt of bert-base-uncased') : [],
    load: async () => {
      const { BERTEmbedder } = await import('../src/models/encoders/bert-embedder.js');
      return (params) => new BERTEmbedder(params);
    },
  }),
  defineComponent({
    target: 'FrozenCLIPTextEmbedder',
    aliases: ['ldm.modules.encoders.modules.FrozenCLIPTextEmbedder'],
    kind: 'conditioner',
    summary: "Each text as one vector, by CLIP's text tower with its published weights.",
    shapes: 'texts, or tokens [N, 77] -> [N, n_repeat, width of the model]',
    source: `Radford et al. 2021; ${file}`,
    params: frozenClipTextEmbedderParams,
    traits: ({ version }) => context(CLIP_VERSIONS.get(version)?.embedDim),
    needs: (params) => [
      ...clipNeeded(params, 'version'),
      ...tokenizerNeeded(params.tokenizer, "a folder with CLIP's tokenizer.json, or vocab.json and merges.txt"),
    ],
    load: async () => {
      const { FrozenCLIPTextEmbedder } = await import('../src/models/encoders/frozen-clip-text-embedder.js');
      const { readWeights } = await import('../src/io/weights-file.js');
      return (params) => new FrozenCLIPTextEmbedder(params, readWeights);
    },
  }),
  defineComponent({
    target: 'FrozenClipImageEmbedder',
    aliases: ['ldm.modules.encoders.modules.FrozenClipImageEmbedder'],
    kind: 'conditioner',
    summary: "Each image as one vector, by CLIP's image tower with its published weights.",
    shapes: 'x [N, 3, H, W] in [-1, 1] -> [N, width of the model]',
    source: `Radford et al. 2021; ${file}`,
    params: frozenClipImageEmbedderParams,
    needs: ({ model: version, path }) => clipNeeded({ version, path }, 'model'),
    load: async () => {
      const { FrozenClipImageEmbedder } = await import('../src/models/encoders/frozen-clip-image-embedder.js');
      const { readWeights } = await import('../src/io/weights-file.js');
      return (params) => new FrozenClipImageEmbedder(params, readWeights);
    },
  }),
];

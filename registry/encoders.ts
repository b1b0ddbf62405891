import { defineComponent } from '../src/config/index.js';
import { bertEmbedderParams } from '../src/models/encoders/bert-embedder.params.js';
import { classEmbedderParams } from '../src/models/encoders/class-embedder.params.js';
import { frozenClipImageEmbedderParams } from '../src/models/encoders/frozen-clip-image-embedder.params.js';
import { frozenClipTextEmbedderParams } from '../src/models/encoders/frozen-clip-text-embedder.params.js';
import { spatialRescalerParams } from '../src/models/encoders/spatial-rescaler.params.js';
import { transformerEmbedderParams } from '../src/models/encoders/transformer-embedder.params.js';

const file = 'latent-diffusion, ldm/modules/encoders/modules.py';

export const encoders = [
  defineComponent({
    target: 'ClassEmbedder',
    aliases: ['ldm.modules.encoders.modules.ClassEmbedder'],
    kind: 'conditioner',
    summary: 'A learned vector for each class, for cross-attention.',
    shapes: 'labels [N] in 0 … n_classes - 1 -> [N, 1, embed_dim]',
    source: file,
    params: classEmbedderParams,
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
    load: async () => {
      const { FrozenClipImageEmbedder } = await import('../src/models/encoders/frozen-clip-image-embedder.js');
      const { readWeights } = await import('../src/io/weights-file.js');
      return (params) => new FrozenClipImageEmbedder(params, readWeights);
    },
  }),
];

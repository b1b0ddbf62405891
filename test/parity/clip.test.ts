import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { test as unit } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostTensor } from '../../src/io/host-tensor.js';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import { ClipModel } from '../../src/models/encoders/clip/clip-model.js';
import { CLIP_VERSIONS, type ClipSizes } from '../../src/models/encoders/clip/clip-sizes.js';
import { FrozenClipImageEmbedder } from '../../src/models/encoders/frozen-clip-image-embedder.js';
import { FrozenCLIPTextEmbedder } from '../../src/models/encoders/frozen-clip-text-embedder.js';
import { RandomStreams } from '../../src/random/index.js';
import { assertClose, fillByHash, OUTPUT_TOLERANCE, published, toTensor } from '../support/compare.js';
import { assertEncodes, readEncoderFixture } from '../support/encoder-fixture.js';
import { onEveryEngine } from '../support/engines.js';
import { hashFill } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const readWeights = (path: string) => readSafetensors(path).tensors;
const TOKENIZER = 'test/fixtures/encoders/clip';

/** The sizes of the CLIP of test/fixtures/encoders/make.py. */
const SMALL: ClipSizes = {
  embedDim: 48,
  imageResolution: 28,
  patchSize: 7,
  visionWidth: 128,
  visionLayers: 2,
  contextLength: 11,
  vocabSize: 37,
  textWidth: 64,
  textLayers: 2,
};

const publishedName = (name: string): string => `model.${name}`;

/** A file of the small CLIP's weights as OpenAI names them, with the remarks that OpenAI's files have. */
function openaiFile(): string {
  const weights = new Map<string, HostTensor>();
  for (const [name, { publishedShape: shape }] of new ClipModel(SMALL).namedParameters()) {
    weights.set(name, { dtype: 'F32', shape, data: hashFill(publishedName(name), shape) });
  }
  for (const remark of ['input_resolution', 'context_length', 'vocab_size']) {
    weights.set(remark, { dtype: 'I64', shape: [], data: BigInt64Array.of(28n) });
  }
  return written(weights);
}

function written(weights: ReadonlyMap<string, HostTensor>): string {
  const path = join(temporaryFolder(), 'model.safetensors');
  writeSafetensors(path, weights);
  return path;
}

/** The same weights as Hugging Face names and holds them. */
function huggingFaceFile(): string {
  const weights = new Map<string, HostTensor>();
  const towers = [
    ['transformer', 'text_model'],
    ['visual.transformer', 'vision_model'],
  ] as const;
  const parts = { ln_1: 'layer_norm1', ln_2: 'layer_norm2', 'mlp.c_fc': 'mlp.fc1', 'mlp.c_proj': 'mlp.fc2' };
  const others: Record<string, string> = {
    positional_embedding: 'text_model.embeddings.position_embedding.weight',
    'token_embedding.weight': 'text_model.embeddings.token_embedding.weight',
    'ln_final.weight': 'text_model.final_layer_norm.weight',
    'ln_final.bias': 'text_model.final_layer_norm.bias',
    'visual.class_embedding': 'vision_model.embeddings.class_embedding',
    'visual.positional_embedding': 'vision_model.embeddings.position_embedding.weight',
    'visual.conv1.weight': 'vision_model.embeddings.patch_embedding.weight',
    'visual.ln_pre.weight': 'vision_model.pre_layrnorm.weight',
    'visual.ln_pre.bias': 'vision_model.pre_layrnorm.bias',
    'visual.ln_post.weight': 'vision_model.post_layernorm.weight',
    'visual.ln_post.bias': 'vision_model.post_layernorm.bias',
    logit_scale: 'logit_scale',
  };
  for (const [name, tensor] of readWeights(openaiFile())) {
    const [rows = 0, columns = 1] = tensor.shape;
    const values = tensor.data as Float32Array;
    const tower = towers.find(([prefix]) => name.startsWith(`${prefix}.resblocks.`));
    if (tower) {
      const [layer = '', ...rest] = name.slice(`${tower[0]}.resblocks.`.length).split('.');
      const part = rest.slice(0, -1).join('.');
      const kind = rest.at(-1) ?? '';
      const prefix = `${tower[1]}.encoder.layers.${layer}`;
      if (kind.startsWith('in_proj_')) {
        const third = values.length / 3;
        ['q_proj', 'k_proj', 'v_proj'].forEach((projection, i) => {
          const shape = [rows / 3, ...tensor.shape.slice(1)];
          const data = values.slice(i * third, (i + 1) * third);
          weights.set(`${prefix}.self_attn.${projection}.${kind.slice('in_proj_'.length)}`, {
            dtype: 'F32',
            shape,
            data,
          });
        });
      } else {
        const renamed = part === 'attn.out_proj' ? 'self_attn.out_proj' : parts[part as keyof typeof parts];
        weights.set(`${prefix}.${renamed}.${kind}`, tensor);
      }
    } else if (name === 'text_projection' || name === 'visual.proj') {
      const data = new Float32Array(values.length);
      for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) data[c * rows + r] = values[r * columns + c]!;
      const renamed = name === 'visual.proj' ? 'visual_projection.weight' : 'text_projection.weight';
      weights.set(renamed, { dtype: 'F32', shape: [columns, rows], data });
    } else if (name in others) {
      weights.set(others[name]!, tensor);
    }
  }
  weights.set('text_model.embeddings.position_ids', { dtype: 'I64', shape: [1, 1], data: BigInt64Array.of(0n) });
  return written(weights);
}

onEveryEngine('CLIP against PyTorch', (test) => {
  test('text tower: output and every gradient', () => {
    const golden = readEncoderFixture('clip_text');
    const model = new ClipModel(SMALL);
    fillByHash(model, publishedName);
    const tokens = toTensor(golden.get('in.text'));
    assertEncodes(golden, model, () => model.encodeText(tokens), { publishedName });
    tokens.dispose();
    model.dispose();
  });

  test('image tower: output and every gradient', () => {
    const golden = readEncoderFixture('clip_image');
    const model = new ClipModel(SMALL);
    fillByHash(model, publishedName);
    const x = toTensor(golden.get('in.x')) as tf.Tensor4D;
    assertEncodes(golden, model, () => model.encodeImage(x), { publishedName, x });
    x.dispose();
    model.dispose();
  });

  for (const [whose, file] of [
    ['OpenAI', openaiFile],
    ['Hugging Face', huggingFaceFile],
  ] as const) {
    test(`FrozenCLIPTextEmbedder with weights as ${whose} names them: vectors of length 1, repeated`, () => {
      const golden = readEncoderFixture('clip_text');
      const before = tf.memory().numTensors;
      const options = { version: file(), tokenizer: TOKENIZER, n_repeat: 2 };
      const model = new FrozenCLIPTextEmbedder(options, readWeights).initialize(new RandomStreams(0));
      const tokens = toTensor(golden.get('in.text'));
      const encoded = model.encode(tokens);
      assert.equal(encoded.shape, [2, 2, 48]);
      const repeats = tf.unstack(encoded, 1);
      for (const vectors of repeats) {
        assertClose(vectors.dataSync(), golden.floats('out.normalized'), OUTPUT_TOLERANCE, 'out.normalized');
      }
      tf.dispose([tokens, encoded, ...repeats]);
      model.dispose();
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
    });
  }

  test('FrozenClipImageEmbedder: resizing as kornia does, with antialiasing and without, and the whole', () => {
    const golden = readEncoderFixture('clip_image');
    const version = openaiFile();
    const before = tf.memory().numTensors;
    for (const antialias of [false, true]) {
      const model = new FrozenClipImageEmbedder({ model: version, antialias }, readWeights);
      model.initialize(new RandomStreams(0));
      for (const name of ['large', 'small']) {
        const x = toTensor(golden.get(`in.${name}`)) as tf.Tensor4D;
        const [prepared, vectors] = [model.preprocess(x), model.forward(x)];
        const key = `out.${name}${antialias ? '.antialias' : ''}`;
        assertClose(published(prepared), golden.floats(key), OUTPUT_TOLERANCE, key);
        assert.equal(vectors.shape, [1, 48]);
        tf.dispose([x, prepared, vectors]);
      }
      model.dispose();
    }
    assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
  });

  test('inputs of other sizes', () => {
    const model = new ClipModel(SMALL);
    const [tokens, image] = [tf.zeros([1, 10], 'int32'), tf.zeros<tf.Rank.R4>([1, 28, 27, 3])];
    assert.throws(() => model.encodeText(tokens), /expected tokens \[N, 11\], found \[1, 10\]/);
    assert.throws(() => model.encodeImage(image), /expected \[N, 28, 28, 3\], found \[1, 28, 27, 3\]/);
    tf.dispose([tokens, image]);
  });
});

unit('the published versions: names, shapes and numbers of weights, nothing allocated', () => {
  const before = tf.memory().numTensors;
  const counts = [...CLIP_VERSIONS].map(([version, sizes]) => {
    const parameters = [...new ClipModel(sizes).namedParameters()];
    const count = (visual: boolean) =>
      parameters.filter(([name]) => name.startsWith('visual.') === visual).reduce((sum, [, { size }]) => sum + size, 0);
    return [version, count(true), count(false)];
  });
  assert.equal(counts, [
    ['ViT-B/32', 87_849_216, 63_428_097],
    ['ViT-B/16', 86_192_640, 63_428_097],
    ['ViT-L/14', 303_966_208, 123_650_305],
  ]);
  const model = new FrozenCLIPTextEmbedder({}, readWeights);
  const shapes = Object.fromEntries(
    [...model.namedParameters()].map(([name, weight]) => [name, weight.publishedShape]),
  );
  assert.is(Object.keys(shapes).length, 446);
  const expected = {
    'model.positional_embedding': [77, 768],
    'model.text_projection': [768, 768],
    'model.logit_scale': [],
    'model.token_embedding.weight': [49408, 768],
    'model.ln_final.bias': [768],
    'model.transformer.resblocks.11.attn.in_proj_weight': [2304, 768],
    'model.transformer.resblocks.11.attn.in_proj_bias': [2304],
    'model.transformer.resblocks.11.attn.out_proj.weight': [768, 768],
    'model.transformer.resblocks.11.ln_1.weight': [768],
    'model.transformer.resblocks.11.mlp.c_fc.weight': [3072, 768],
    'model.transformer.resblocks.11.mlp.c_proj.weight': [768, 3072],
    'model.transformer.resblocks.11.ln_2.bias': [768],
    'model.visual.class_embedding': [1024],
    'model.visual.positional_embedding': [257, 1024],
    'model.visual.proj': [1024, 768],
    'model.visual.conv1.weight': [1024, 3, 14, 14],
    'model.visual.ln_pre.weight': [1024],
    'model.visual.transformer.resblocks.23.mlp.c_fc.bias': [4096],
    'model.visual.ln_post.weight': [1024],
  };
  for (const [name, shape] of Object.entries(expected)) assert.equal(shapes[name], shape, name);
  assert.is(tf.memory().numTensors, before);
});

unit('weights that are missing: what to fetch and where to put it', () => {
  const model = new FrozenCLIPTextEmbedder({}, readWeights);
  assert.throws(
    () => model.initialize(new RandomStreams(0)),
    [
      'models/clip/ViT-L-14.safetensors: the weights of CLIP ViT-L/14 are missing',
      '  expected:     models/clip/ViT-L-14.safetensors, or models/clip/ViT-L-14.pt',
      '  to fix:       fetch model.safetensors from https://huggingface.co/openai/clip-vit-large-patch14/tree/main and ' +
        'save it as models/clip/ViT-L-14.safetensors, or set the parameter path to where it lies',
    ].join('\n'),
  );
});

unit('weights that are of something else', () => {
  assert.throws(
    () => new FrozenClipImageEmbedder({ model: 'ViT-L/15' }, readWeights),
    /ViT-L\/15: is neither a version of CLIP nor a file of weights\n +expected: +ViT-B\/32, ViT-B\/16, ViT-L\/14, or/,
  );
  const other = written(new Map([['x', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }]]));
  assert.throws(
    () => new FrozenClipImageEmbedder({ model: other }, readWeights),
    /has no visual\.conv1\.weight, so that it is no CLIP with an image transformer/,
  );
  const model = new FrozenClipImageEmbedder({ model: 'ViT-B/32', path: other }, readWeights);
  assert.throws(() => model.initialize(new RandomStreams(0)), /302 weights are missing/);
});

unit.run();

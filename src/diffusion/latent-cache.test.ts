import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { selectEngine } from '../engine/index.js';
import { TensorCache } from '../io/tensor-cache.js';
import { AutoencoderKL } from '../first-stages/autoencoder-kl.js';
import { VQModelInterface } from '../first-stages/vq-model-interface.js';
import { RandomStreams } from '../random/index.js';
import type { FirstStage } from './first-stage.js';
import { CachingFirstStage } from './latent-cache.js';

const test = suite('latent cache');

test.before(async () => {
  await selectEngine('cpu');
});

const ddconfig = {
  ch: 32,
  out_ch: 1,
  ch_mult: [1, 2],
  num_res_blocks: 1,
  attn_resolutions: [],
  in_channels: 1,
  resolution: 8,
  z_channels: 2,
};

function initialized<T extends FirstStage>(firstStage: T, seed: number): T {
  firstStage.initialize(new RandomStreams(seed));
  return firstStage;
}

const kl = (seed: number) =>
  initialized(new AutoencoderKL({ ddconfig: { ...ddconfig, double_z: true }, embed_dim: 3 }), seed);
const vq = (seed: number) =>
  initialized(new VQModelInterface({ ddconfig: { ...ddconfig, double_z: false }, embed_dim: 2, n_embed: 8 }), seed);

const images = (seed: number, count: number): tf.Tensor4D =>
  new RandomStreams(seed).get('images').normal([count, 8, 8, 1]) as tf.Tensor4D;

/** The latent images themselves, or the modes of their distributions. */
function valuesOf(firstStage: Pick<FirstStage, 'encode'>, x: tf.Tensor4D): number[] {
  return tf.tidy(() => {
    const encoded = firstStage.encode(x);
    return [...(encoded instanceof tf.Tensor ? encoded : encoded.parameters()).dataSync()];
  });
}

for (const [name, make] of Object.entries({ kl, vq })) {
  test(`${name}: an image is encoded once, whatever batch it comes in, and is what it was`, async () => {
    const folder = temporaryFolder();
    const cache = new TensorCache(folder);
    const firstStage = make(1);
    const caching = new CachingFirstStage(firstStage, () => cache);
    const x = images(1, 3);
    const direct = valuesOf(firstStage, x);
    const before = tf.memory().numTensors;
    assert.equal(valuesOf(caching, x), direct);
    assert.equal(caching.takeCounts(), { found: 0, encoded: 3 });
    assert.equal(valuesOf(caching, x), direct);
    assert.equal(caching.takeCounts(), { found: 3, encoded: 0 });
    const mixed = tf.tidy(() => valuesOf(caching, tf.concat([tf.slice(x, 2, 1), images(2, 1), tf.slice(x, 0, 1)])));
    assert.equal(caching.takeCounts(), { found: 2, encoded: 1 });
    const size = direct.length / 3;
    assert.equal(mixed.slice(0, size), direct.slice(2 * size));
    assert.equal(mixed.slice(2 * size), direct.slice(0, size));
    assert.is(tf.memory().numTensors, before);
    await cache.close();

    // Another process with the same weights finds them.
    const again = new TensorCache(folder);
    const later = new CachingFirstStage(make(1), () => again);
    assert.equal(valuesOf(later, x), direct);
    assert.equal(later.takeCounts(), { found: 3, encoded: 0 });
    await again.close();
    tf.dispose(x);
  });
}

test('of other weights, another image or another shape nothing is found', async () => {
  const cache = new TensorCache(temporaryFolder());
  const x = images(1, 2);
  const encodedBy = (firstStage: FirstStage, of: tf.Tensor4D) => {
    const caching = new CachingFirstStage(firstStage, () => cache);
    valuesOf(caching, of);
    return caching.takeCounts();
  };
  assert.equal(encodedBy(kl(1), x), { found: 0, encoded: 2 });
  assert.equal(encodedBy(kl(2), x), { found: 0, encoded: 2 });
  assert.equal(encodedBy(vq(1), x), { found: 0, encoded: 2 });
  assert.equal(encodedBy(kl(1), tf.reshape(x, [2, 4, 16, 1])), { found: 0, encoded: 2 });
  assert.equal(encodedBy(kl(1), tf.add(x, tf.tensor4d([1e-6, ...Array<number>(127).fill(0)], [2, 8, 8, 1]))), {
    found: 1,
    encoded: 1,
  });
  await cache.close();
});

test('a distribution is kept, not a draw from it', async () => {
  const cache = new TensorCache(temporaryFolder());
  const caching = new CachingFirstStage(kl(1), () => cache);
  const x = images(1, 1);
  const generator = new RandomStreams(5).get('posterior');
  const draw = (): number[] =>
    tf.tidy(() => {
      const encoded = caching.encode(x);
      assert.not.instance(encoded, tf.Tensor);
      return encoded instanceof tf.Tensor ? [] : [...encoded.sample(generator).dataSync()];
    });
  assert.not.equal(draw(), draw());
  assert.equal(caching.takeCounts(), { found: 1, encoded: 1 });
  await cache.close();
});

test.run();

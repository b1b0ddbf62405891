import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose, fillByHash, OUTPUT_TOLERANCE, published, toTensor } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { hashFill, readGolden } from '../../test/support/golden.js';
import type { HostTensor } from '../io/host-tensor.js';
import { LPIPS } from '../losses/index.js';
import { RandomStreams } from '../random/index.js';
import type { FeatureExtractor } from './feature-extractor.js';
import { FrechetInceptionDistance, LearnedPerceptualImagePatchSimilarity } from './index.js';
import { VGG16FeatureExtractor } from './vgg16-feature-extractor.js';

/** Gives the values of the images' first row as features, in the place of a network's; `placed` as [N, 1, W, C]. */
class FirstRow implements FeatureExtractor {
  readonly events: string[] = [];
  constructor(readonly isPlaced = false) {}
  features(images: tf.Tensor4D): tf.Tensor {
    const row = tf.slice(images, 0, [-1, 1, -1, -1]);
    return this.isPlaced ? row : tf.reshape(row, [images.shape[0], -1]);
  }
  initialize(): void {
    this.events.push('initialized');
  }
  dispose(): void {
    this.events.push('disposed');
  }
}

onEveryEngine(
  'rfid',
  (test) => {
    for (const [name, expected] of [
      ['many', 7.4453543848052135],
      ['few', 72.4608948211053],
    ] as const) {
      test(`of ${name} images, in batches and all at once`, () => {
        const golden = readGolden('features', 'metrics');
        // Within [-1, 1] without rounding; the distance is then that of the features by the square of the scale.
        const [a, b] = ['inputs', 'reconstructions'].map((of) => {
          const [images = 0, dimensions = 0] = golden.get(`${name}.${of}`).shape;
          const values = golden.floats(`${name}.${of}`).map((value) => (value - 100) / 64);
          return tf.tensor4d(values, [images, 1, dimensions, 1]);
        }) as [tf.Tensor4D, tf.Tensor4D];
        const [count] = a.shape;
        const before = tf.memory().numTensors;
        const rfid = new FrechetInceptionDistance(new FirstRow());
        rfid.update(a, b);
        const whole = rfid.compute().rfid;
        rfid.reset();
        assert.equal(rfid.compute(), {});
        tf.tidy(() => {
          for (const [start, size] of [
            [0, 1],
            [1, count - 1],
          ] as const) {
            rfid.update(tf.slice(a, start, size), tf.slice(b, start, size));
          }
        });
        assert.is(rfid.compute().rfid, whole);
        assertClose([(whole ?? NaN) * 64 ** 2], [expected], 1e-6, 'rfid');
        assert.is(tf.memory().numTensors, before);
        tf.dispose([a, b]);
      });
    }

    test('features of places are averaged over them; weights are read once and freed', () => {
      const extractor = new FirstRow(true);
      const rfid = new FrechetInceptionDistance(extractor);
      tf.tidy(() => {
        const inputs = tf.tensor4d([0, 1, 0, 0, 0.5, -0.5], [3, 1, 2, 1]);
        const reconstructions = tf.tensor4d([0.2, 0.8, 0.5, 0.5, 1, -1], [3, 1, 2, 1]);
        rfid.update(tf.slice(inputs, 0, 2), tf.slice(reconstructions, 0, 2));
        rfid.update(tf.slice(inputs, 2, 1), tf.slice(reconstructions, 2, 1));
      });
      // Averages 0.5, 0, 0 and 0.5, 0.5, 0: both of variance 1/12, means 1/6 and 1/3.
      assertClose([rfid.compute().rfid ?? NaN], [1 / 36], 1e-7, 'rfid');
      rfid.dispose();
      assert.equal(extractor.events, ['initialized', 'disposed']);
    });

    test('too few images: none, with a reservation', () => {
      const rfid = new FrechetInceptionDistance(new FirstRow());
      const images = tf.zeros<tf.Rank.R4>([1, 1, 3, 1]);
      assert.is(rfid.reservation, undefined);
      rfid.update(images, images);
      assert.equal(rfid.compute(), {});
      assert.is(rfid.reservation, 'rfid is not reported: it needs at least two images');
      rfid.update(images, images);
      assert.equal(rfid.compute(), { rfid: 0 });
      assert.match(rfid.reservation ?? '', /^rfid of 2 images in 3 features is far above/);
      for (let i = 0; i < 2; i++) rfid.update(images, images);
      assert.is(rfid.reservation, undefined);
      images.dispose();
    });

    test('features of another rank are refused', () => {
      const extractor = Object.assign(new FirstRow(), { features: (images: tf.Tensor4D) => tf.mean(images) });
      const images = tf.zeros<tf.Rank.R4>([1, 1, 3, 1]);
      const before = tf.memory().numTensors;
      assert.throws(() => {
        new FrechetInceptionDistance(extractor).update(images, images);
      }, /the features of images: expected \[N, D\] or \[N, h, w, D\], found \[\]/);
      assert.is(tf.memory().numTensors, before);
      images.dispose();
    });
  },
  ['torch', 'wasm', 'cpu'],
);

onEveryEngine(
  'metrics by VGG16',
  (test) => {
    test('lpips is the mean of the published distances, and the network stays its owner’s', () => {
      const golden = readGolden('lpips');
      const network = new LPIPS().eval();
      fillByHash(network);
      const before = tf.memory().numTensors;
      const lpips = new LearnedPerceptualImagePatchSimilarity(network);
      const [input, target] = ['input', 'target'].map((name) => toTensor(golden.get(`in.${name}`))) as [
        tf.Tensor4D,
        tf.Tensor4D,
      ];
      lpips.update(input, target);
      const [a = NaN, b = NaN] = golden.floats('out.distance');
      assertClose([lpips.compute().lpips ?? NaN], [(a + b) / 2], OUTPUT_TOLERANCE, 'lpips');
      tf.dispose([input, target]);
      lpips.dispose();
      assert.is(tf.memory().numTensors, before);
      network.dispose();
    });

    test('lpips of grey images is that of the same in colour', () => {
      const network = new LPIPS().eval();
      fillByHash(network);
      const values = (['grey', 'rgb'] as const).map((kind) => {
        const lpips = new LearnedPerceptualImagePatchSimilarity(network);
        tf.tidy(() => {
          const grey = tf.reshape<tf.Rank.R4>(tf.linspace(-1, 1, 2 * 16 * 16), [2, 16, 16, 1]);
          const images = kind === 'grey' ? grey : tf.tile(grey, [1, 1, 1, 3]);
          lpips.update(images, tf.zerosLike(images));
        });
        return lpips.compute().lpips;
      });
      assert.is(values[0], values[1]);
      assert.ok(Number.isFinite(values[0]) && values[0] !== 0);
      network.dispose();
    });

    test('features of the last convolution as torchvision has them, of colours and of grey', () => {
      const golden = readGolden('vgg16', 'metrics');
      const before = tf.memory().numTensors;
      let reads = 0;
      const extractor = new VGG16FeatureExtractor({ ckpt_path: 'a.pth' }, (path) => {
        assert.is(path, 'a.pth');
        reads += 1;
        return vgg16Weights();
      });
      extractor.initialize(new RandomStreams(0)).initialize(new RandomStreams(0));
      assert.is(reads, 1);
      for (const kind of ['rgb', 'grey']) {
        const images = toTensor(golden.get(`${kind}.images`)) as tf.Tensor4D;
        const features = extractor.features(images);
        assertClose(published(features), golden.floats(`${kind}.features`), OUTPUT_TOLERANCE / 10, kind);
        tf.dispose([images, features]);
      }
      const two = tf.zeros<tf.Rank.R4>([1, 16, 16, 2]);
      assert.throws(() => extractor.features(two), /VGG16 takes images of 1 or 3 channels, these have 2/);
      two.dispose();
      extractor.dispose();
      assert.is(tf.memory().numTensors, before);
    });
  },
  ['torch', 'wasm'],
);

/** The convolutions as torchvision names them, filled by those names. */
function vgg16Weights(): Map<string, HostTensor> {
  const channels = [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512];
  const places = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28];
  return new Map(
    places.flatMap((place, i) => {
      const shapes = { weight: [channels[i]!, channels[i - 1] ?? 3, 3, 3], bias: [channels[i]!] };
      return Object.entries(shapes).map(([kind, shape]) => {
        const name = `features.${place}.${kind}`;
        return [name, { dtype: 'F32', shape, data: hashFill(name, shape) }] as const;
      });
    }),
  );
}

import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { toTensor } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { readGolden } from '../../test/support/golden.js';
import { PeakSignalNoiseRatio, StructuralSimilarityIndexMeasure } from './index.js';

/** Made by test/fixtures/metrics/make.py, from the formulas, in float64. */
const expected = {
  rgb: { psnr: 22.93362784132532, ssim: 0.921502398522092 },
  grey: { psnr: 22.792050286888855, ssim: 0.9430452169873966 },
};

const near = (found: number | undefined, value: number, tolerance: number) => {
  assert.ok(Math.abs((found ?? NaN) - value) <= tolerance, `${String(found)} is not ${value}`);
};

onEveryEngine(
  'metrics of pixels',
  (test) => {
    for (const kind of ['rgb', 'grey'] as const) {
      test(`${kind} images, batch by batch and all at once`, () => {
        const golden = readGolden('images', 'metrics');
        const before = tf.memory().numTensors;
        const pair = ['inputs', 'reconstructions'].map(
          (name) => toTensor(golden.get(`${kind}.${name}`)) as tf.Tensor4D,
        );
        const [inputs, reconstructions] = pair as [tf.Tensor4D, tf.Tensor4D];
        const held = tf.memory().numTensors;
        const psnr = new PeakSignalNoiseRatio();
        const ssim = new StructuralSimilarityIndexMeasure();
        const count = inputs.shape[0];
        for (const batches of [[count], [1, count - 1]]) {
          let start = 0;
          for (const size of batches) {
            const [a, b] = [inputs, reconstructions].map((images) => tf.slice(images, start, size)) as [
              tf.Tensor4D,
              tf.Tensor4D,
            ];
            psnr.update(a, b);
            ssim.update(a, b);
            tf.dispose([a, b]);
            start += size;
          }
          near(psnr.compute().psnr, expected[kind].psnr, 1e-5);
          near(ssim.compute().ssim, expected[kind].ssim, 1e-6);
          psnr.reset();
          ssim.reset();
          assert.equal({ ...psnr.compute(), ...ssim.compute() }, {});
        }
        assert.is(tf.memory().numTensors, held);
        tf.dispose(pair);
        assert.is(tf.memory().numTensors, before);
      });
    }

    test('a tenth of the range everywhere is 20 dB', () => {
      const psnr = new PeakSignalNoiseRatio();
      tf.tidy(() => {
        psnr.update(tf.zeros([2, 3, 3, 1]), tf.fill([2, 3, 3, 1], 0.2));
      });
      near(psnr.compute().psnr, 20, 1e-5);
    });

    test('the mean is of the decibels of the images, not those of their mean error', () => {
      const psnr = new PeakSignalNoiseRatio();
      tf.tidy(() => {
        psnr.update(tf.zeros([1, 3, 3, 1]), tf.fill([1, 3, 3, 1], 0.2));
        psnr.update(tf.zeros([1, 3, 3, 1]), tf.fill([1, 3, 3, 1], 0.02));
      });
      near(psnr.compute().psnr, 30, 1e-5);
    });

    test('what is beyond [-1, 1] counts as its end; the same images are infinitely alike', () => {
      const psnr = new PeakSignalNoiseRatio();
      const ssim = new StructuralSimilarityIndexMeasure();
      tf.tidy(() => {
        psnr.update(tf.ones([1, 12, 12, 3]), tf.fill([1, 12, 12, 3], 1.5));
        ssim.update(tf.ones([1, 12, 12, 3]), tf.fill([1, 12, 12, 3], 1.5));
      });
      assert.equal(psnr.compute(), { psnr: Infinity });
      near(ssim.compute().ssim, 1, 1e-6);
    });

    test('black and white have nothing in common: (c1 + 0) / (c1 + 1)', () => {
      const ssim = new StructuralSimilarityIndexMeasure();
      tf.tidy(() => {
        ssim.update(tf.fill([1, 11, 11, 1], -1), tf.ones([1, 11, 11, 1]));
      });
      near(ssim.compute().ssim, 1e-4 / 1.0001, 1e-7);
    });

    test('an image that is not a number makes no number', () => {
      const psnr = new PeakSignalNoiseRatio();
      tf.tidy(() => {
        psnr.update(tf.zeros([2, 3, 3, 1]), tf.fill([2, 3, 3, 1], NaN));
      });
      assert.ok(Number.isNaN(psnr.compute().psnr));
    });

    test('two shapes are refused, though one could be broadcast', () => {
      const psnr = new PeakSignalNoiseRatio();
      assert.throws(
        () => {
          tf.tidy(() => {
            psnr.update(tf.zeros([2, 3, 3, 3]), tf.zeros([2, 3, 3, 1]));
          });
        },
        (error: Error) =>
          error.message === "psnr: expected reconstructions of the inputs' shape, [2, 3, 3, 3], found [2, 3, 3, 1]",
      );
    });
  },
  ['torch', 'wasm', 'cpu'],
);

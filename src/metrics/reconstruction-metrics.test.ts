import * as tf from '@tensorflow/tfjs-core';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { assertClose, fillByHash, OUTPUT_TOLERANCE, toTensor } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { readGolden } from '../../test/support/golden.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { LPIPS } from '../losses/index.js';
import type { FeatureExtractor } from './feature-extractor.js';
import { ReconstructionMetrics } from './index.js';

/** The average of each channel. */
const averages: FeatureExtractor = {
  features: (images) => images,
  initialize: () => undefined,
  dispose: () => undefined,
};

const noise = () => {
  const golden = readGolden('images', 'metrics');
  return ['inputs', 'reconstructions'].map((name) => toTensor(golden.get(`rgb.${name}`))) as [tf.Tensor4D, tf.Tensor4D];
};

onEveryEngine(
  'ReconstructionMetrics',
  (test) => {
    test('all four by their names, again after a reset, and no tensors left', () => {
      const golden = readGolden('lpips');
      const lpips = new LPIPS().eval();
      fillByHash(lpips);
      const before = tf.memory().numTensors;
      const said: string[] = [];
      const metrics = new ReconstructionMetrics({ lpips, extractor: averages, report: (text) => said.push(text) });
      const [input, target] = ['input', 'target'].map((name) => toTensor(golden.get(`in.${name}`))) as [
        tf.Tensor4D,
        tf.Tensor4D,
      ];
      const measured = [0, 1].map(() => {
        metrics.reset();
        metrics.update(input, target);
        return metrics.compute();
      });
      assert.equal(Object.keys(measured[0]!), ['psnr', 'ssim', 'lpips', 'rfid']);
      assert.equal(measured[0], measured[1]);
      assert.ok(Object.values(measured[0]!).every(Number.isFinite));
      const [a = NaN, b = NaN] = golden.floats('out.distance');
      assertClose([measured[0]!.lpips ?? NaN], [(a + b) / 2], OUTPUT_TOLERANCE, 'lpips');
      assert.is(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', /^rfid of 2 images in 3 features/);
      tf.dispose([input, target]);
      metrics.dispose();
      assert.is(tf.memory().numTensors, before);
      lpips.dispose();
    });

    test('without weights of LPIPS and an extractor there are two; why is there to be told', () => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'vgg.pth'), '');
      const said: string[] = [];
      const metrics = new ReconstructionMetrics({ lpipsWeights: folder, report: (text) => said.push(text) });
      assert.equal([metrics.compute(), said], [{}, []]);
      const [inputs, reconstructions] = noise();
      for (let i = 0; i < 2; i++) metrics.update(inputs, reconstructions);
      const { psnr, ssim, ...others } = metrics.compute();
      assertClose([psnr ?? NaN, ssim ?? NaN], [22.93362784132532, 0.921502398522092], 1e-6, 'psnr and ssim');
      assert.equal(others, {});
      assert.equal(said, []);
      assert.is(metrics.missing, `lpips is not reported: ${folder} has no vgg16-397923af.pth`);
      tf.dispose([inputs, reconstructions]);
    });

    test('files of LPIPS that are there and no weights are an error, and leave nothing behind', () => {
      const folder = temporaryFolder();
      for (const name of ['vgg.pth', 'vgg16-397923af.pth']) writeFileSync(join(folder, name), 'no weights');
      const [inputs, reconstructions] = noise();
      const before = tf.memory().numTensors;
      assert.throws(() => {
        new ReconstructionMetrics({ lpipsWeights: folder }).update(inputs, reconstructions);
      }, /vgg16-397923af\.pth/);
      assert.is(tf.memory().numTensors, before);
      tf.dispose([inputs, reconstructions]);
    });

    test('images too small for a metric, or of other channels, are measured by the others', () => {
      const measured = (shape: [number, number, number, number]) => {
        const said: string[] = [];
        const metrics = new ReconstructionMetrics({ lpips: new LPIPS(), report: (text) => said.push(text) });
        tf.tidy(() => {
          for (let i = 0; i < 2; i++) metrics.update(tf.zeros(shape), tf.fill(shape, 0.2));
        });
        return [Object.keys(metrics.compute()), said];
      };
      assert.equal(measured([2, 8, 12, 1]), [
        ['psnr'],
        [
          'ssim is not reported: it takes images of at least 11x11 pixels, these have 8x12',
          'lpips is not reported: it takes images of at least 16x16 pixels, these have 8x12',
        ],
      ]);
      assert.equal(measured([1, 16, 16, 5]), [
        ['psnr', 'ssim'],
        ['lpips is not reported: it takes images of 1 or 3 channels, these have 5'],
      ]);
    });
  },
  ['torch', 'wasm'],
);

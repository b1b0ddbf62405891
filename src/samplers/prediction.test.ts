import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { clipped, corrected, type Denoiser, type Prediction } from './index.js';
import { dynamicThresholding } from './dynamic-thresholding.js';
import { guided, guidedAtOnce } from './guidance.js';
import { atNoiseLevel, fromImage, fromNoise, fromVelocity } from './prediction.js';

const SHAPE: [number, number, number, number] = [1, 1, 2, 1];
const tensor = (...values: number[]) => tf.tensor4d(values, [1, 1, values.length, 1]);

onEveryEngine('predictions', (test) => {
  test('noise, image and velocity say the same of an image', () => {
    tf.tidy(() => {
      const truth = { x0: tensor(0.5, -2), eps: tensor(1.5, 0.25) };
      for (const alphaBar of [0.9, 0.5, 0.01]) {
        const x = atNoiseLevel(truth, alphaBar);
        const v = tf.sub<tf.Tensor4D>(
          tf.mul(truth.eps, Math.sqrt(alphaBar)),
          tf.mul(truth.x0, Math.sqrt(1 - alphaBar)),
        );
        for (const { x0, eps } of [
          fromNoise(truth.eps, x, alphaBar),
          fromImage(truth.x0, x, alphaBar),
          fromVelocity(v, x, alphaBar),
        ]) {
          assertClose(x0.dataSync(), [0.5, -2], 1e-5, `x0 at ${alphaBar}`);
          assertClose(eps.dataSync(), [1.5, 0.25], 1e-5, `eps at ${alphaBar}`);
        }
      }
    });
  });

  test('where nothing of the image is left, the velocity says it and the noise does not', () => {
    tf.tidy(() => {
      const noise = tensor(1.5, 0.25);
      const { x0, eps } = fromVelocity(tensor(-0.5, 2), noise, 0);
      assertClose(x0.dataSync(), [0.5, -2], 1e-6, 'x0');
      assertClose(eps.dataSync(), [1.5, 0.25], 1e-6, 'eps');
      assertClose(fromImage(tensor(0.5, -2), noise, 0).eps.dataSync(), [1.5, 0.25], 1e-6, 'eps');
      assert.throws(() => fromNoise(noise, noise, 0), /predicted noise does not say the image/);
    });
  });

  test('corrected images, with the noise that goes with them or the predicted one', () => {
    tf.tidy(() => {
      const denoiser: Denoiser = () => ({ x0: tensor(3, 0.5), eps: tensor(1, 1) });
      const alphasCumprod = Float64Array.of(0.36);
      const x = tensor(1, 1);
      const rederived = corrected({ denoiser, alphasCumprod, correction: clipped })(x, 0);
      assertClose(rederived.x0.dataSync(), [1, 0.5], 1e-6, 'x0');
      assertClose(rederived.eps.dataSync(), [(1 - 0.6) / 0.8, (1 - 0.3) / 0.8], 1e-6, 'eps');
      const kept = corrected({ denoiser, alphasCumprod, correction: { ...clipped, rederiveNoise: false } })(x, 0);
      assertClose(kept.x0.dataSync(), [1, 0.5], 1e-6, 'x0');
      assertClose(kept.eps.dataSync(), [1, 1], 0, 'eps');
      assertClose(corrected({ denoiser, alphasCumprod })(x, 0).x0.dataSync(), [3, 0.5], 0, 'not corrected');
    });
  });

  test('guidance, of two calls and of one', () => {
    tf.tidy(() => {
      const constant = (x0: number, eps: number): Prediction => ({ x0: tf.fill(SHAPE, x0), eps: tf.fill(SHAPE, eps) });
      const two = guided(
        () => constant(2, 1),
        () => constant(1, 3),
        1.5,
      )(tf.zeros(SHAPE), 7);
      const batches: [number[], number][] = [];
      const one = guidedAtOnce((x, timestep) => {
        batches.push([x.shape, timestep]);
        const parts = [constant(1, 3), constant(2, 1)];
        return { x0: tf.concat(parts.map(({ x0 }) => x0)), eps: tf.concat(parts.map(({ eps }) => eps)) };
      }, 1.5)(tf.zeros(SHAPE), 7);
      for (const { x0, eps } of [two, one]) {
        assert.equal([...x0.dataSync()], [2.5, 2.5]);
        assert.equal([...eps.dataSync()], [0, 0]);
      }
      assert.equal(batches, [[[2, 1, 2, 1], 7]]);
    });
  });

  test('dynamic thresholding by a quantile of each image', () => {
    tf.tidy(() => {
      // Magnitudes 0 to 4: the quantile 0.875 lies halfway between 3 and 4.
      const x0 = tf.tensor4d([-4, 3, 2, -1, 0, 0.4, 0.3, -0.2, 0.1, 0], [2, 1, 5, 1]);
      const expected = [-1, 3 / 3.5, 2 / 3.5, -1 / 3.5, 0, 0.4, 0.3, -0.2, 0.1, 0];
      assertClose(dynamicThresholding(x0, { ratio: 0.875, maxValue: 10 }).dataSync(), expected, 1e-6, 'images');
      const most = [-1, 1, 1, -0.5, 0, 0.4, 0.3, -0.2, 0.1, 0];
      assertClose(dynamicThresholding(x0, { ratio: 1, maxValue: 2 }).dataSync(), most, 1e-6, 'limited');
    });
  });
});

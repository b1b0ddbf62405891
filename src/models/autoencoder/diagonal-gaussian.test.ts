import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../../test/support/compare.js';
import { onEveryEngine } from '../../../test/support/engines.js';
import { valueAndGrads } from '../../autodiff/index.js';
import { Generator } from '../../random/index.js';
import { DiagonalGaussianDistribution } from './diagonal-gaussian.js';
import { normalKl } from './normal-kl.js';

/** One position: the means, then the log-variances. */
const at = (...values: number[]) => tf.tensor4d(values, [1, 1, 1, values.length]);
const close = (found: tf.Tensor, expected: number[]) => {
  assertClose(found.dataSync(), expected, 1e-5, 'values');
};

onEveryEngine('DiagonalGaussianDistribution', (test) => {
  test('moments: the first half of the channels are means, the second log-variances within [-30, 20]', () => {
    tf.tidy(() => {
      const posterior = new DiagonalGaussianDistribution(at(0.5, -1, -40, 2));
      close(posterior.mean, [0.5, -1]);
      close(posterior.logvar, [-30, 2]);
      close(posterior.std, [Math.exp(-15), Math.E]);
      close(posterior.var, [Math.exp(-30), Math.exp(2)]);
      assert.is(posterior.mode(), posterior.mean);
      assert.equal([...new DiagonalGaussianDistribution(at(0, 25)).logvar.dataSync()], [20]);
    });
  });

  test('kl and nll of literal values, as the published class has them', () => {
    tf.tidy(() => {
      const posterior = new DiagonalGaussianDistribution(at(0.25, -0.5, 0.5, -1));
      const other = new DiagonalGaussianDistribution(at(1, 2, 0.3, -0.7));
      const sample = at(1, 1);
      close(posterior.kl(), [0.41455]);
      close(posterior.kl(other), [6.53241]);
      close(posterior.nll(sample), [4.816531]);
      const byChannel = posterior.nll(sample, [1, 2]);
      assert.equal(byChannel.shape, [1, 2]);
      close(byChannel, [1.339525, 3.477006]);
    });
  });

  test('samples have the mean and the spread, and are the same for the same generator', () => {
    tf.tidy(() => {
      const [mean, logvar] = [tf.fill([1, 64, 64, 1], 3), tf.fill([1, 64, 64, 1], 2 * Math.log(0.5))];
      const posterior = new DiagonalGaussianDistribution(tf.concat([mean, logvar], -1) as tf.Tensor4D);
      const samples = posterior.sample(new Generator([1, 2]));
      const { mean: found, variance } = tf.moments(samples);
      assertClose(found.dataSync(), [3], 0.03, 'mean');
      assertClose(variance.dataSync(), [0.25], 0.03, 'variance');
      assert.equal([...posterior.sample(new Generator([1, 2])).dataSync()], [...samples.dataSync()]);
    });
  });

  test('deterministic: samples are the mean, kl and nll are 0', () => {
    tf.tidy(() => {
      const posterior = new DiagonalGaussianDistribution(at(0.25, -0.5, 0.5, -1), true);
      close(posterior.sample(new Generator([1, 2])), [0.25, -0.5]);
      for (const zero of [posterior.kl(), posterior.nll(at(1, 1))]) assert.equal([...zero.dataSync()], [0]);
      assert.equal(posterior.kl().shape, [1]);
    });
  });

  test('gradients of kl: the mean itself, (var - 1) / 2 of a log-variance, none where it is clamped', () => {
    const parameters = at(0.25, -0.5, 0.5, 21);
    const { value, grads } = valueAndGrads(
      () => tf.sum<tf.Scalar>(new DiagonalGaussianDistribution(parameters).kl()),
      [parameters],
    );
    close(grads[0] as tf.Tensor, [0.25, -0.5, (Math.exp(0.5) - 1) / 2, 0]);
    tf.dispose([parameters, value, ...grads]);
  });

  test('leaves its four tensors only, which dispose frees', () => {
    const parameters = at(0, 0);
    const before = tf.memory().numTensors;
    const posterior = new DiagonalGaussianDistribution(parameters);
    assert.is(tf.memory().numTensors, before + 4);
    posterior.dispose();
    assert.is(tf.memory().numTensors, before);
    parameters.dispose();
  });

  test('normalKl: literal values, numbers broadcast', () => {
    tf.tidy(() => {
      const [mean, logvar] = [tf.tensor1d([0.5, 1]), tf.tensor1d([0.2, -0.3])];
      close(normalKl(mean, logvar, tf.tensor1d([0, 1]), tf.tensor1d([0, 0.5])), [0.1357014, 0.1246645]);
      close(normalKl(mean, logvar, mean, logvar), [0, 0]);
      close(normalKl(mean, 0, 0, 0), [0.125, 0.5]);
    });
  });

  test('an odd number of channels is refused', () => {
    const parameters = at(1, 2, 3);
    assert.throws(() => new DiagonalGaussianDistribution(parameters), /expected parameters \[N, H, W, 2 C\], found/);
    parameters.dispose();
  });
});

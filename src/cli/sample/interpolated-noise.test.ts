import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selectEngine } from '../../engine/index.js';
import { RandomStreams } from '../../random/index.js';
import { interpolatedNoise } from './interpolated-noise.js';

const test = suite('interpolated noise');

test.before(async () => {
  await selectEngine('cpu');
});

const generator = () => new RandomStreams(1).get('interpolation');

test('goes from one draw to the other, as strong as noise all the way', () => {
  tf.tidy(() => {
    const drawn = tf.reshape(generator().normal([4, 256]), [2, 2, 256]);
    const noise = interpolatedNoise(generator(), { rows: 2, columns: 5, shape: [16, 16, 1] });
    assert.equal(noise.shape, [10, 16, 16, 1]);
    const rows = tf.reshape(noise, [2, 5, 256]);
    for (const [column, end] of [
      [0, 0],
      [4, 1],
    ] as const) {
      const error = tf.max(tf.abs(tf.sub(tf.gather(rows, column, 1), tf.gather(drawn, end, 1)))).dataSync()[0];
      assert.ok((error ?? NaN) < 1e-5, String(error));
    }
    // A straight line would pass through 0.7 in the middle.
    const deviations = [...tf.sqrt(tf.mean(tf.square(rows), -1)).dataSync()];
    assert.ok(
      deviations.every((deviation) => deviation > 0.9 && deviation < 1.1),
      deviations.join(),
    );
  });
});

test.run();

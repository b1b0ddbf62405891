import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { mixFactor, type MixFactorStep } from './mix-factor.js';

const values = (x: tf.Tensor) => [...x.dataSync()].map((value) => Number(value.toFixed(6)));

onEveryEngine('mix-factor sampler', (test) => {
  test('moves by 1 / (n - i) of the way to the prediction, at the last step all of it', async () => {
    const xT = tf.tensor4d([0, 1], [2, 1, 1, 1]);
    const before = tf.memory().numTensors;
    const inputs: number[][] = [];
    const predictions: number[][] = [];
    let call = 0;
    const x = await mixFactor({
      // 1, then 2, then 4 times the image, and one more.
      predictor: (input) => tf.add(tf.mul(input, 2 ** call++), 1),
      xT,
      steps: 3,
      onStep: ({ step, steps, input, prediction }: MixFactorStep) => {
        assert.equal([step, steps], [inputs.length + 1, 3]);
        inputs.push(values(input));
        predictions.push(values(prediction));
      },
    });
    // By hand: 0 and 1; a third of the way to 1 and 2; half of the way to 5/3 and 11/3.
    const [a, b] = [1 / 3, 4 / 3].map((value) => Number(value.toFixed(6)));
    assert.equal(inputs, [
      [0, 1],
      [a, b],
      [1, 2.5],
    ]);
    assert.equal(predictions, [
      [1, 2],
      [1.666667, 3.666667],
      [5, 11],
    ]);
    assert.equal(values(x), [5, 11]);
    assert.is(tf.memory().numTensors, before + 1);
    tf.dispose([x, xT]);
  });

  test('leaves nothing behind when the network or the caller stops it', async () => {
    const xT = tf.zeros<tf.Rank.R4>([1, 1, 1, 1]);
    const before = tf.memory().numTensors;
    const stop = (): never => {
      throw new Error('stop');
    };
    const stopped = async (options: Partial<Parameters<typeof mixFactor>[0]>) => {
      try {
        await mixFactor({ predictor: (x) => tf.add(x, 1), xT, steps: 2, ...options });
        assert.unreachable();
      } catch (error) {
        assert.is((error as Error).message, 'stop');
      }
    };
    await stopped({ predictor: stop });
    await stopped({ onStep: stop });
    assert.is(tf.memory().numTensors, before);
    xT.dispose();
  });

  test('refuses what is no number of steps', async () => {
    const xT = tf.zeros<tf.Rank.R4>([1, 1, 1, 1]);
    for (const steps of [0, 1.5]) {
      const message = await mixFactor({ predictor: (x) => x, xT, steps }).catch((error: unknown) => String(error));
      assert.is(message, `RangeError: mixFactor: expected 1 step or more, found ${steps}`);
    }
    xT.dispose();
  });
});

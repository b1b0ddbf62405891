import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { Linear } from '../../src/nn/index.js';
import { AdamW, LitEma } from '../../src/optim/index.js';
import { RandomStreams } from '../../src/random/index.js';
import { assertClose, fillByHash } from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { readGolden } from '../support/golden.js';

onEveryEngine('AdamW and LitEma against the published ones', (test) => {
  test('AdamW: ten steps with the defaults of torch.optim.AdamW', () => {
    const golden = readGolden('optim_adamw');
    const layer = new Linear(4, 3);
    const [, weight] = layer.trainableParameters()[0]!;
    weight.load(tf.tensor(golden.floats('param.w'), [3, 4]));
    const optimizer = new AdamW([['w', weight]]);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 10; i++) {
      const gradient = tf.tensor(golden.floats(`in.grad${i}`), [3, 4]);
      optimizer.step([gradient], 1e-2);
      gradient.dispose();
      const expected = `out.w${i + 1}`;
      if (golden.tensors.has(expected)) {
        assertClose(weight.value.dataSync(), golden.floats(expected), 1e-6, expected);
      }
    }
    assert.is(tf.memory().numTensors, before);
  });

  test('AdamW goes on from its saved state as if it had never stopped', () => {
    const gradient = tf.tensor2d([1, -2, 0.5, 4], [2, 2]);
    const train = (stopAfter: number) => {
      const layer = new Linear(2, 2).initialize(new RandomStreams(1));
      let optimizer = new AdamW(layer.trainableParameters().slice(0, 1));
      for (let i = 0; i < 6; i++) {
        if (i === stopAfter) {
          const state = optimizer.state();
          optimizer = new AdamW(layer.trainableParameters().slice(0, 1));
          optimizer.load(state);
        }
        optimizer.step([gradient], 0.1);
      }
      return [...layer.weight.value.dataSync()];
    };
    assert.equal(train(3), train(-1));
  });

  test('LitEma: twelve updates with warm-up', () => {
    const golden = readGolden('lit_ema');
    const layer = new Linear(4, 3);
    fillByHash(layer);
    const ema = new LitEma(layer).initialize(new RandomStreams(0));
    const before = tf.memory().numTensors;
    for (let k = 1; k <= 12; k++) {
      for (const [, parameter] of layer.trainableParameters()) {
        tf.tidy(() => {
          parameter.value.assign(tf.add(parameter.value, 0.1 * k));
        });
      }
      ema.update();
      for (const name of ['weight', 'bias']) {
        const expected = `out.step${k}.${name}`;
        if (!golden.tensors.has(expected)) continue;
        const [, shadow] = [...ema.namedParameters()].find(([own]) => own === name)!;
        assertClose(shadow.value.dataSync(), golden.floats(expected), 1e-6, expected);
      }
    }
    assert.is(tf.memory().numTensors, before);
  });

  test('LitEma gives the trained weights back, also after an error', async () => {
    const layer = new Linear(1, 1).initialize(new RandomStreams(3));
    const ema = new LitEma(layer).initialize(new RandomStreams(3));
    layer.weight.assign(tf.tensor2d([[5]]));
    const inside = await ema.withAveraged(() => layer.weight.value.dataSync()[0]);
    assert.is.not(inside, 5);
    await ema.withAveraged(() => Promise.reject(new Error('stop'))).catch(() => undefined);
    assert.is(layer.weight.value.dataSync()[0], 5);
  });
});

import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { Linear, type Parameter } from '../../src/nn/index.js';
import { Adam, AdamW, LitEma, type Optimizer } from '../../src/optim/index.js';
import { RandomStreams } from '../../src/random/index.js';
import { assertClose, fillByHash } from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { readGolden } from '../support/golden.js';

onEveryEngine('Adam, AdamW and LitEma against the published ones', (test) => {
  const cases: [title: string, golden: string, optimizer: (parameters: [string, Parameter][]) => Optimizer][] = [
    ['AdamW with the defaults of torch.optim.AdamW', 'optim_adamw', (parameters) => new AdamW(parameters)],
    [
      'Adam with an autoencoder’s betas',
      'optim_adam_betas',
      (parameters) => new Adam(parameters, { betas: [0.5, 0.9] }),
    ],
  ];
  for (const [title, name, optimizerOf] of cases) {
    test(`${title}: ten steps`, () => {
      const golden = readGolden(name);
      const layer = new Linear(4, 3);
      const [, weight] = layer.trainableParameters()[0]!;
      weight.load(tf.tensor(golden.floats('param.w'), [3, 4]));
      const optimizer = optimizerOf([['w', weight]]);
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
  }

  test('weight decay goes through the gradient in Adam and past it in AdamW', () => {
    const layer = new Linear(1, 1);
    layer.weight.assign(tf.tensor2d([[2]]));
    const gradient = tf.tensor2d([[-0.5]]);
    const options = { weight_decay: 0.25, eps: 0.1 };
    // The penalty of 0.5 cancels the gradient: nothing moves.
    new Adam([['w', layer.weight]], options).step([gradient], 0.1);
    assert.equal([...layer.weight.value.dataSync()], [2]);
    // A first step is gradient / (|gradient| + eps) of the learning rate.
    new AdamW([['w', layer.weight]], options).step([gradient], 0.1);
    assertClose(layer.weight.value.dataSync(), [2 * (1 - 0.1 * 0.25) + (0.1 * 0.5) / 0.6], 1e-6, 'weight');
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

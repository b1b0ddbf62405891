import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { inMemory, readAll } from '../../src/io/tensor-source.js';
import { Conv2d, Linear, type Parameter } from '../../src/nn/index.js';
import { Adam, AdamW, Lion, LitEma, SGD, type Optimizer, type OptimizerFactory } from '../../src/optim/index.js';
import { RandomStreams } from '../../src/random/index.js';
import { assertClose, fillByHash } from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { readGolden } from '../support/golden.js';

onEveryEngine('optimizers and LitEma against the published ones', (test) => {
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

  const sgd = readGolden('sgd', 'optim');
  const sgdCases = JSON.parse(sgd.metadata.cases ?? '{}') as Record<string, ConstructorParameters<typeof SGD>[1]>;
  for (const [name, options] of Object.entries(sgdCases)) {
    test(`SGD (${name}) takes the steps of torch.optim.SGD`, () => {
      const layer = new Linear(4, 3);
      layer.weight.load(tf.tensor(sgd.floats('param.w'), [3, 4]));
      const optimizer = new SGD([['w', layer.weight]], options);
      const before = tf.memory().numTensors;
      for (let i = 0; i < 5; i++) {
        const gradient = tf.tensor(sgd.floats(`in.grad${i}`), [3, 4]);
        optimizer.step([gradient], 0.1 / (1 + i));
        assertClose(gradient.dataSync(), sgd.floats(`in.grad${i}`), 0, 'the gradient is only read');
        gradient.dispose();
        assertClose(layer.weight.value.dataSync(), sgd.floats(`out.${name}.w${i + 1}`), 1e-6, `step ${i + 1}`);
      }
      assert.is(tf.memory().numTensors, before);
      optimizer.dispose();
      assert.is(tf.memory().numTensors, before - (options?.momentum ? 1 : 0), 'what it kept');
    });
  }

  test('SGD refuses to look ahead without a velocity of undampened gradients', () => {
    const message = /^SGD: nesterov needs a momentum and no dampening, found momentum 0, dampening 0$/;
    const before = tf.memory().numTensors;
    assert.throws(() => new SGD([], { nesterov: true }), message);
    assert.throws(() => new SGD([], { nesterov: true, momentum: 0.9, dampening: 0.1 }), /dampening 0\.1/);
    assert.throws(() => new Adam([], { amsgrad: true }), /amsgrad/);
    assert.is(tf.memory().numTensors, before);
  });

  for (const { betas, decay } of [
    { betas: [0.9, 0.99], decay: 0 },
    { betas: [0.95, 0.98], decay: 0.3 },
  ] as const) {
    test(`Lion (betas ${betas.join(' and ')}, weight_decay ${decay}) is algorithm 2 of its article`, () => {
      const layer = new Linear(4, 3);
      const theta = [...sgd.floats('param.w')];
      const momentum = theta.map(() => 0);
      layer.weight.load(tf.tensor(theta, [3, 4]));
      const options = decay === 0 ? {} : { betas: [...betas], weight_decay: decay };
      const optimizer = new Lion([['w', layer.weight]], options);
      const before = tf.memory().numTensors;
      for (let i = 0; i < 5; i++) {
        const rate = 0.01 * (i + 1);
        const gradients = sgd.floats(`in.grad${i}`);
        const gradient = tf.tensor(gradients, [3, 4]);
        optimizer.step([gradient], rate);
        gradient.dispose();
        gradients.forEach((g, j) => {
          const c = betas[0] * (momentum[j] ?? NaN) + (1 - betas[0]) * g;
          theta[j] = (theta[j] ?? NaN) - rate * (Math.sign(c) + decay * (theta[j] ?? NaN));
          momentum[j] = betas[1] * (momentum[j] ?? NaN) + (1 - betas[1]) * g;
        });
        assertClose(layer.weight.value.dataSync(), theta, 1e-6, `step ${i + 1}`);
      }
      assert.is(tf.memory().numTensors, before);
    });
  }

  test('Lion stays where there is neither a gradient nor a moment', () => {
    const layer = new Linear(1, 1);
    layer.weight.assign(tf.tensor2d([[2]]));
    new Lion([['w', layer.weight]]).step([tf.zeros([1, 1])], 0.1);
    assert.equal([...layer.weight.value.dataSync()], [2]);
  });

  const factories: readonly [name: string, factory: OptimizerFactory][] = [
    ['AdamW', (parameters) => new AdamW(parameters)],
    ['Adam', (parameters) => new Adam(parameters, { weight_decay: 0.1 })],
    ['SGD', (parameters) => new SGD(parameters, { momentum: 0.9, dampening: 0.3 })],
    ['SGD without momentum', (parameters) => new SGD(parameters)],
    ['Lion', (parameters) => new Lion(parameters, { weight_decay: 0.1 })],
  ];
  for (const [name, factory] of factories) {
    test(`${name} goes on from its saved state as if it had never stopped`, () => {
      const gradients = Array.from({ length: 6 }, (_, i) => tf.tensor(sgd.floats(`in.grad${i % 5}`), [3, 4]));
      const train = (stopAfter: number) => {
        // Held transposed to how it is published: a state is saved as its parameter is.
        const filter = new Conv2d(4, 3, { kernelSize: 1 }).initialize(new RandomStreams(1));
        const parameters = filter.trainableParameters().filter(([own]) => own === 'weight');
        let optimizer = factory(parameters);
        gradients.forEach((gradient, i) => {
          if (i === stopAfter) {
            const { step, tensors } = optimizer.state();
            const state = { step, tensors: inMemory(readAll(tensors)) };
            optimizer.dispose();
            optimizer = factory(parameters);
            optimizer.load(state);
          }
          const held = tf.reshape(gradient, [1, 1, 4, 3]);
          optimizer.step([held], 0.1);
          held.dispose();
        });
        const values = [...(parameters[0]?.[1].value.dataSync() ?? [])];
        optimizer.dispose();
        filter.dispose();
        return values;
      };
      const before = tf.memory().numTensors;
      const whole = train(-1);
      assert.equal(train(1), whole);
      assert.equal(train(3), whole);
      assert.is(tf.memory().numTensors, before);
      tf.dispose(gradients);
    });
  }

  test('the state of another optimizer, or of other parameters, is refused before anything is loaded', () => {
    const layer = new Linear(2, 2).initialize(new RandomStreams(1));
    const parameters = layer.trainableParameters();
    const lion = new Lion(parameters);
    const { step, tensors } = new AdamW(parameters).state();
    assert.throws(() => {
      lion.load({ step, tensors });
    }, /^the saved state of Lion has exp_avg_sq\.weight\n {2}expected: .+\n {2}to fix: .+ckpt_path$/);
    assert.throws(() => {
      new SGD(parameters, { momentum: 0.5 }).load({ step, tensors });
    }, /^the saved state of SGD has no momentum_buffer\.weight\n/);
    assert.throws(() => {
      new AdamW(parameters.slice(0, 1)).load({ step, tensors });
    }, /^the saved state of AdamW has exp_avg\.bias\n/);
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

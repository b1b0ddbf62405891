import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose, fillByHash } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { readGolden } from '../../test/support/golden.js';
import { inMemory, readAll } from '../io/tensor-source.js';
import { Linear } from '../nn/index.js';
import { Adam, AdamW, SGD } from '../optim/index.js';
import { LightningModule, type ImageGrid, type OptimizerConfig, type TensorBatch } from './lightning-module.js';
import { Optimization } from './optimization.js';

/** Made by PyTorch, see test/fixtures/optim/make.py. */
const golden = readGolden('two_optimizers', 'optim');

interface Training {
  readonly accumulate: number;
  readonly clip?: number;
  readonly start_step?: number;
  readonly frequencies?: readonly [number, number];
}

/** An autoencoder, and a discriminator that judges by the features of the encoder, which it does not train. */
class Adversaries extends LightningModule {
  readonly losses: number[] = [];
  readonly calls: string[] = [];
  readonly #encoder = this.child('encoder', new Linear(3, 4));
  readonly #decoder = this.child('decoder', new Linear(4, 3));
  readonly #discriminator = this.child('discriminator', new Linear(4, 1));

  constructor(readonly options: Training) {
    super();
  }

  override trainingStep({ x }: TensorBatch, batchIndex: number, optimizerIndex: number): tf.Scalar {
    const images = x as tf.Tensor2D;
    const reconstruction = this.#decoder.forward(this.#features(images));
    const loss =
      optimizerIndex === 0
        ? tf.sub(
            tf.mean(tf.squaredDifference(reconstruction, images)),
            tf.mul(tf.mean(this.#judge(reconstruction)), 0.1),
          )
        : tf.add(
            tf.mean(tf.relu(tf.sub(1, this.#judge(images)))),
            tf.mean(tf.relu(tf.add(1, this.#judge(reconstruction)))),
          );
    this.losses.push(loss.dataSync()[0] ?? NaN);
    this.calls.push(`${batchIndex}.${optimizerIndex}`);
    return loss as tf.Scalar;
  }

  override validationStep(): void {
    return;
  }

  override configureOptimizers(): readonly OptimizerConfig[] {
    const { start_step: startStep = 0, frequencies } = this.options;
    const isOfDiscriminator = ([name]: readonly [string, unknown]) => name.startsWith('discriminator.');
    const all = this.trainableParameters();
    return [
      {
        optimizer: new Adam(
          all.filter((one) => !isOfDiscriminator(one)),
          { betas: [0.5, 0.9] },
        ),
        learningRate: (step) => 0.02 * 0.9 ** step,
        ...(frequencies && { frequency: frequencies[0] }),
      },
      {
        optimizer: new SGD(all.filter(isOfDiscriminator), { momentum: 0.9 }),
        learningRate: () => 0.05,
        startStep,
        ...(frequencies && { frequency: frequencies[1] }),
      },
    ];
  }

  override logImages(): Promise<Record<string, ImageGrid>> {
    return Promise.resolve({});
  }

  #features(x: tf.Tensor): tf.Tensor {
    return tf.tanh(this.#encoder.forward(x));
  }

  #judge(x: tf.Tensor): tf.Tensor {
    return this.#discriminator.forward(this.#features(x));
  }
}

interface Outcome {
  readonly module: Adversaries;
  readonly weights: ReadonlyMap<string, ArrayLike<number>>;
}

const BATCHES = 12;

/** @param stopAfter a step after which all goes on from what a checkpoint has of it */
function train(training: Training, stopAfter = Infinity): Outcome {
  const { accumulate, clip } = training;
  const begin = () =>
    new Optimization(module, {
      accumulate,
      checksFinite: false,
      ...(clip !== undefined && { clip: { value: clip, algorithm: 'norm' } }),
    });
  const module = new Adversaries(training);
  fillByHash(module);
  let optimization = begin();
  const counts = new Set<number>();
  for (let i = 0; i < BATCHES; i++) {
    const x = tf.tensor(golden.floats(`in.x${i}`), [5, 3]);
    const isLast = (i + 1) % accumulate === 0;
    optimization.take({ x }, i, { step: Math.floor(i / accumulate), isLast });
    x.dispose();
    if (isLast) counts.add(tf.memory().numTensors);
    if ((i + 1) / accumulate === stopAfter) {
      const states = optimization.states().map(({ step, tensors }) => ({ step, tensors: inMemory(readAll(tensors)) }));
      optimization.dispose();
      optimization = begin();
      optimization.load(states);
    }
  }
  assert.is(counts.size, 1, 'no tensor outlives its step');
  const weights = new Map([...module.stateDict()].map(([name, { data }]) => [name, [...(data as Float32Array)]]));
  optimization.dispose();
  module.dispose();
  return { module, weights };
}

onEveryEngine('two optimizers', (test) => {
  const trainings = JSON.parse(golden.metadata.trainings ?? '{}') as Record<string, Training>;
  for (const [name, training] of Object.entries(trainings)) {
    test(`${name}: losses and weights of PyTorch, the shared encoder trained by one of them`, () => {
      const before = tf.memory().numTensors;
      const { module, weights } = train(training);
      assert.is(tf.memory().numTensors, before);
      assertClose(module.losses, golden.floats(`out.${name}.losses`), 2e-6, 'losses');
      for (const [key, found] of weights) assertClose(found, golden.floats(`out.${name}.${key}`), 2e-6, key);
    });

    test(`${name}: gone on after a step, all is as in one run`, () => {
      const { weights } = train(training);
      for (const step of [1, 3, 4]) assert.equal(train(training, step).weights, weights);
    });
  }

  test('a batch goes to one optimizer after the other, to none before it starts or out of its turn', () => {
    assert.equal(train({ accumulate: 1 }).module.calls.slice(0, 4), ['0.0', '0.1', '1.0', '1.1']);
    assert.equal(train({ accumulate: 2, start_step: 1 }).module.calls.slice(0, 4), ['0.0', '1.0', '2.0', '2.1']);
    assert.equal(train({ accumulate: 1, frequencies: [1, 2] }).module.calls.slice(0, 4), ['0.0', '1.1', '2.1', '3.0']);
  });

  test("an optimizer's own bound takes the place of the trainer's", () => {
    class Bounded extends LightningModule {
      readonly line = this.child('line', new Linear(1, 2));
      readonly clips: Pick<OptimizerConfig, 'clip'>;
      constructor(clips: Pick<OptimizerConfig, 'clip'>) {
        super();
        this.clips = clips;
      }
      override trainingStep(): tf.Scalar {
        return tf.sum<tf.Scalar>(tf.mul(this.line.weight.value, [[3], [4]]));
      }
      override validationStep(): void {
        return;
      }
      override configureOptimizers(): readonly OptimizerConfig[] {
        return [{ optimizer: new SGD([['w', this.line.weight]]), learningRate: () => 1, ...this.clips }];
      }
      override logImages(): Promise<Record<string, ImageGrid>> {
        return Promise.resolve({});
      }
    }
    const stepOf = (clips: Pick<OptimizerConfig, 'clip'>) => {
      const module = new Bounded(clips);
      module.line.weight.assign(tf.zeros([2, 1]));
      const clip = { value: 1, algorithm: 'norm' } as const;
      const optimization = new Optimization(module, { accumulate: 1, checksFinite: false, clip });
      optimization.take({}, 0, { step: 0, isLast: true });
      const moved = [...module.line.weight.value.dataSync()];
      optimization.dispose();
      module.dispose();
      return moved;
    };
    assertClose(stepOf({}), [-0.6, -0.8], 1e-6, "the trainer's");
    assertClose(stepOf({ clip: { value: 3.5, algorithm: 'value' } }), [-3, -3.5], 1e-6, 'its own');
    assertClose(stepOf({ clip: null }), [-3, -4], 1e-6, 'none');
  });

  test('rates are told apart by the names that Lightning gives them', () => {
    const rateNames = (optimizers: readonly (typeof Adam | typeof AdamW)[]) => {
      const module = new Adversaries({ accumulate: 1 });
      module.configureOptimizers = () =>
        optimizers.map((Kind, i) => ({ optimizer: new Kind([]), learningRate: (step) => step + i }));
      const rates = new Optimization(module, { accumulate: 1, checksFinite: false }).learningRates(5);
      return rates.map(({ name, rate }) => ({ name, rate }));
    };
    assert.equal(rateNames([AdamW, Adam, Adam, Adam]), [
      { name: 'AdamW', rate: 5 },
      { name: 'Adam', rate: 6 },
      { name: 'Adam-1', rate: 7 },
      { name: 'Adam-2', rate: 8 },
    ]);
  });

  test('the states of more or fewer optimizers are refused', () => {
    const module = new Adversaries({ accumulate: 1 });
    fillByHash(module);
    const optimization = new Optimization(module, { accumulate: 1, checksFinite: false });
    const message = /^the checkpoint is of a training with other optimizers\n {2}found: +the states of 1\n/;
    assert.throws(() => {
      optimization.load(optimization.states().slice(1));
    }, message);
    optimization.dispose();
    module.dispose();
  });
});

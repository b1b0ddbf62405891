import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { DataModule } from '../data/data-module.js';
import type { Dataset, HostBatch } from '../data/dataset.js';
import { selectEngine } from '../engine/index.js';
import { runFolder } from '../io/run-folder.js';
import type { Logger } from '../logging/logger.js';
import { Linear } from '../nn/index.js';
import { AdamW } from '../optim/index.js';
import type { Callback } from './callbacks/callback.js';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint-file.js';
import { LightningModule, type ImageGrid, type OptimizerConfig, type TensorBatch } from './lightning-module.js';
import { Trainer } from './trainer.js';
import type { TrainerParamsInput } from './trainer.params.js';

const test = suite('trainer');

test.before(async () => {
  await selectEngine('cpu');
});

/** y = 2x, one number each; the example's index is its x. */
class Line implements Dataset {
  constructor(readonly length: number) {}

  batch(indices: Uint32Array): Promise<HostBatch> {
    return Promise.resolve({ x: { data: Float32Array.from(indices), shape: [indices.length, 1] } });
  }
}

/** Fits a line, with noise on its input, and notes which hooks ran. */
class Regression extends LightningModule {
  readonly events: string[] = [];
  readonly #line = this.child('line', new Linear(1, 1));

  override trainingStep(batch: TensorBatch): tf.Scalar {
    const x = batch.x as tf.Tensor;
    const noisy = tf.add(x, this.random.get('noise').normal(x.shape));
    const loss = tf.mean<tf.Scalar>(tf.squaredDifference(this.#line.forward(noisy), tf.mul(x, 2)));
    this.log('loss', loss, { onStep: true, onEpoch: true });
    return loss;
  }

  override validationStep(batch: TensorBatch): void {
    this.log('val/x', tf.tidy(() => tf.mean(batch.x as tf.Tensor)).dataSync()[0] ?? NaN);
  }

  override configureOptimizers(): readonly OptimizerConfig[] {
    return [
      { optimizer: new AdamW(this.trainableParameters()), learningRate: (step) => this.learningRate / (1 + step) },
    ];
  }

  override logImages(): Promise<Record<string, ImageGrid>> {
    return Promise.resolve({});
  }

  override onTrainEpochStart(): void {
    this.events.push(`epoch ${this.trainer.currentEpoch} starts`);
  }

  override onTrainBatchEnd(_batch: TensorBatch, batchIndex: number): void {
    this.events.push(`batch ${batchIndex}, step ${this.trainer.globalStep}, training ${String(this.training)}`);
  }

  override onValidationStart(): void {
    this.events.push(`validation, training ${String(this.training)}`);
  }

  override onTrainEpochEnd(): void {
    this.events.push(`epoch ${this.trainer.currentEpoch} ends`);
  }
}

class Recorder implements Logger {
  readonly scalars: [number, Record<string, number>][] = [];
  logScalars(scalars: Readonly<Record<string, number>>, step: number): void {
    this.scalars.push([step, scalars]);
  }
  logImage(): void {
    return;
  }
  logText(): void {
    return;
  }
  flush(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface FitResult {
  readonly module: Regression;
  readonly logger: Recorder;
  readonly trainer: Trainer;
}

async function fit(
  params: TrainerParamsInput,
  { callbacks = {}, resume }: { callbacks?: Record<string, Callback>; resume?: Checkpoint } = {},
): Promise<FitResult> {
  const logger = new Recorder();
  const run = runFolder(temporaryFolder());
  const trainer = new Trainer({
    params: { log_every_n_steps: 1, num_sanity_val_steps: 0, ...params },
    logger,
    run,
    callbacks,
    seed: 1,
    config: 'c: 1',
  });
  const module = new Regression();
  module.learningRate = 0.1;
  const data = new DataModule({ batchSize: 2, train: new Line(5), validation: new Line(3) });
  await trainer.fit({ module, data, ...(resume && { resume }) });
  return { module, logger, trainer };
}

test('epochs, validations and hooks in their order', async () => {
  const { module } = await fit({ max_epochs: 2, check_val_every_n_epoch: 2 });
  assert.equal(module.events, [
    'epoch 0 starts',
    'batch 0, step 1, training true',
    'batch 1, step 2, training true',
    'batch 2, step 3, training true',
    'epoch 0 ends',
    'epoch 1 starts',
    'batch 0, step 4, training true',
    'batch 1, step 5, training true',
    'batch 2, step 6, training true',
    'validation, training false',
    'epoch 1 ends',
  ]);
});

test('max_steps ends in the middle of an epoch; val_check_interval counts steps', async () => {
  const { module, trainer } = await fit({ max_steps: 4, val_check_interval: 2 });
  assert.is(trainer.globalStep, 4);
  assert.is(trainer.currentEpoch, 1);
  assert.is(module.events.filter((event) => event.startsWith('validation')).length, 2);
});

test('limit_val_batches: 0 validates nothing', async () => {
  const { module } = await fit({ max_epochs: 1, limit_val_batches: 0 });
  assert.not.ok(module.events.some((event) => event.startsWith('validation')));
});

test('logs each step, the epoch mean weighted by batch, the validation and the rate of the step', async () => {
  const { logger } = await fit({ max_epochs: 1 });
  const [first, second, third, validation, epoch] = logger.scalars;
  assert.equal(
    [first, second, third, validation, epoch].map((entry) => entry?.[0]),
    [1, 2, 3, 3, 3],
  );
  const losses = [first, second, third].map((entry) => entry?.[1].loss_step ?? NaN);
  const [a = 0, b = 0, c = 0] = losses;
  assert.ok(Math.abs((epoch?.[1].loss_epoch ?? NaN) - (2 * a + 2 * b + c) / 5) < 1e-9 * a);
  assert.equal(validation?.[1], { 'val/x': 1 });
  assert.equal([first?.[1].lr, second?.[1].lr], [0.1, 0.05]);
});

for (const stopAt of [2, 3]) {
  test(`stopped after step ${stopAt} and gone on from the file, logs and weights are those of one run`, async () => {
    const path = join(temporaryFolder(), 'last.ckpt');
    const saveAndStop: Callback = {
      onTrainBatchEnd: (trainer) => {
        if (trainer.globalStep !== stopAt) return;
        trainer.stop('test');
        writeCheckpoint(path, trainer.checkpoint());
      },
    };
    const whole = await fit({ max_epochs: 3 });
    const first = await fit({ max_epochs: 3 }, { callbacks: { saveAndStop } });
    const second = await fit({ max_epochs: 3 }, { resume: readCheckpoint(path) });
    assert.is(first.trainer.stopReason, 'test');
    assert.equal([...first.logger.scalars, ...second.logger.scalars], whole.logger.scalars);
    assert.equal(second.module.stateDict(), whole.module.stateDict());
    assert.is(readCheckpoint(path).config, 'c: 1');
  });
}

test('callbacks keep their state in the checkpoint under their name', async () => {
  const counting = (): Callback & { steps: number } => ({
    steps: 0,
    onTrainBatchEnd() {
      this.steps += 1;
    },
    state() {
      return this.steps;
    },
    loadState(state) {
      this.steps = Number(state);
    },
  });
  const first = counting();
  const checkpoints: Checkpoint[] = [];
  const keep: Callback = {
    onFitEnd: (trainer) => {
      checkpoints.push(trainer.checkpoint());
    },
  };
  await fit({ max_steps: 2 }, { callbacks: { counter: first, keep } });
  assert.equal(checkpoints[0]?.progress.callbacks, { counter: 2 });
  const second = counting();
  await fit({ max_steps: 5 }, { callbacks: { counter: second }, resume: checkpoints[0]! });
  assert.is(second.steps, 5);
});

test('an error in a step ends the fit, frees the batch and leaves the module unattached', async () => {
  const before = tf.memory().numTensors;
  const failing: Callback = {
    onTrainBatchEnd: () => {
      throw new Error('no more');
    },
  };
  let module: LightningModule | undefined;
  const watching: Callback = {
    onFitStart: (_trainer, started) => {
      module = started;
    },
  };
  try {
    await fit({ max_steps: 3 }, { callbacks: { watching, failing } });
    assert.unreachable('the fit went on');
  } catch (error) {
    assert.is((error as Error).message, 'no more');
  }
  assert.throws(() => module?.trainer, /is not being trained/);
  module?.dispose();
  assert.is(tf.memory().numTensors, before);
});

test('two hundred steps leave no tensor behind', async () => {
  const counts: number[] = [];
  const count: Callback = {
    onTrainBatchEnd: () => {
      counts.push(tf.memory().numTensors);
    },
  };
  await fit({ max_steps: 200, val_check_interval: 50 }, { callbacks: { count } });
  assert.is(counts.length, 200);
  assert.equal([...new Set(counts)], [counts[0]]);
});

test.run();

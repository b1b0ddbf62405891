/**
 * What the trainer itself costs a step: a model of one layer, logging every 50 steps, with the callbacks and loggers of a
 * run, against the same computation in a bare loop; and how fast TensorBoard's files take scalars. `npm run check:overhead`,
 * on a quiet machine.
 */
import * as tf from '@tensorflow/tfjs-core';
import { mkdirSync } from 'node:fs';
import { DataModule } from '../../src/data/data-module.js';
import type { Dataset } from '../../src/data/dataset.js';
import { selectEngine } from '../../src/engine/index.js';
import { runFolder } from '../../src/io/run-folder.js';
import { CompositeLogger } from '../../src/logging/composite-logger.js';
import { MetricsFile } from '../../src/logging/metrics-file.js';
import { Reporter } from '../../src/logging/reporter.js';
import { TensorBoardLogger } from '../../src/logging/tensorboard.js';
import { Linear } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';
import { RandomStreams } from '../../src/random/index.js';
import { LearningRateMonitor } from '../../src/train/callbacks/learning-rate-monitor.js';
import { LeakWatch } from '../../src/train/callbacks/leak-watch.js';
import { ModelCheckpoint } from '../../src/train/callbacks/model-checkpoint.js';
import { ProgressBar } from '../../src/train/callbacks/progress-bar.js';
import type { Callback } from '../../src/train/callbacks/callback.js';
import {
  LightningModule,
  type ImageGrid,
  type OptimizerConfig,
  type TensorBatch,
} from '../../src/train/lightning-module.js';
import { Optimization } from '../../src/train/optimization.js';
import { Trainer } from '../../src/train/trainer.js';
import { recordingOutput } from '../support/recording-output.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const STEPS = 2000;
const WARM_UP = 500;
const ROUNDS = 5;
const LIMIT_MS = 0.2;
const SCALARS = 200_000;
const SCALARS_LIMIT = 50_000;

class OneLayer extends LightningModule {
  readonly #layer = this.child('layer', new Linear(4, 4));

  override trainingStep({ x }: TensorBatch): tf.Scalar {
    const loss = tf.mean<tf.Scalar>(tf.square(this.#layer.forward(x as tf.Tensor)));
    this.log('train/loss', loss, { onStep: true, onEpoch: true, progBar: true });
    return loss;
  }

  override validationStep(): void {
    return;
  }

  override configureOptimizers(): readonly OptimizerConfig[] {
    return [{ optimizer: new SGD(this.trainableParameters()), learningRate: () => 1e-3 }];
  }

  override logImages(): Promise<Record<string, ImageGrid>> {
    return Promise.resolve({});
  }
}

const examples: Dataset = {
  length: 2 * (STEPS + WARM_UP),
  batch: (indices) =>
    Promise.resolve({ x: { data: new Float32Array(4 * indices.length), shape: [indices.length, 4] } }),
};

const { name, version } = await selectEngine('auto');
const run = runFolder(temporaryFolder());
for (const folder of [run.checkpoints, run.tensorboard]) mkdirSync(folder, { recursive: true });

/** Milliseconds of a step under the trainer. */
async function trained(): Promise<number> {
  let [begun, ended] = [NaN, NaN];
  const stopwatch: Callback = {
    onTrainBatchEnd: ({ globalStep }) => {
      if (globalStep === WARM_UP) begun = performance.now();
      if (globalStep === WARM_UP + STEPS) ended = performance.now();
    },
  };
  const reporter = new Reporter({ output: recordingOutput(100) });
  const logger = new CompositeLogger([new TensorBoardLogger(run.tensorboard), new MetricsFile(run.metrics)]);
  const trainer = new Trainer({
    params: { max_steps: WARM_UP + STEPS, log_every_n_steps: 50 },
    logger,
    run,
    callbacks: {
      progress: new ProgressBar(reporter),
      leaks: new LeakWatch(reporter),
      rates: new LearningRateMonitor(),
      stopwatch,
      checkpoints: new ModelCheckpoint(),
    },
    seed: 1,
    config: '',
  });
  const module = new OneLayer();
  await trainer.fit({ module, data: new DataModule({ batchSize: 2, train: examples }) });
  await logger.close();
  module.dispose();
  return (ended - begun) / STEPS;
}

/** Milliseconds of the same gradients and optimizer's step, and nothing else. */
function bare(): number {
  const module = new OneLayer().initialize(new RandomStreams(1));
  module.attach({ globalStep: 0, currentEpoch: 0, log: () => undefined });
  const optimization = new Optimization(module, { accumulate: 1, checksFinite: false });
  let begun = NaN;
  for (let step = 0; step < WARM_UP + STEPS; step++) {
    if (step === WARM_UP) begun = performance.now();
    const x = tf.zeros([2, 4]);
    optimization.take({ x }, step, { step, isLast: true });
    x.dispose();
  }
  const milliseconds = (performance.now() - begun) / STEPS;
  optimization.dispose();
  module.dispose();
  return milliseconds;
}

/** Scalars a second, from the first call to their being in the file. */
async function scalarsPerSecond(): Promise<number> {
  const logger = new TensorBoardLogger(temporaryFolder());
  const begun = performance.now();
  for (let step = 0; step < SCALARS; step++) logger.logScalars({ 'train/loss': step }, step);
  await logger.close();
  return (SCALARS / (performance.now() - begun)) * 1000;
}

const best = (values: readonly number[]): number => Math.min(...values);
const [withTrainer, without]: [number[], number[]] = [[], []];
for (let round = 0; round < ROUNDS; round++) {
  withTrainer.push(await trained());
  without.push(bare());
}
const own = best(withTrainer) - best(without);
const rate = await scalarsPerSecond();
console.log(`engine ${name} (${version}), best of ${ROUNDS} rounds of ${STEPS} steps`);
console.log(`step under the trainer  ${best(withTrainer).toFixed(3)} ms`);
console.log(`step in a bare loop     ${best(without).toFixed(3)} ms`);
console.log(`the trainer's own       ${own.toFixed(3)} ms (limit ${LIMIT_MS})`);
console.log(`TensorBoard             ${Math.round(rate).toLocaleString('en')} scalars/s (limit ${SCALARS_LIMIT})`);
process.exitCode = own < LIMIT_MS && rate > SCALARS_LIMIT ? 0 : 1;

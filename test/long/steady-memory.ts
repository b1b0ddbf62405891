/**
 * Trains a small DDPM for 1,000 steps on real MNIST, validations and sample grids included, and holds the number of
 * tensors and the resident memory against what they were after the first 50. `npm run check:memory`; with
 * `LDM_MEMORY_STEPS=10000` longer and stricter.
 */
import * as tf from '@tensorflow/tfjs-core';
import { registry } from '../../registry/index.js';
import { experimentOf } from '../../src/cli/experiment.js';
import { loadConfig } from '../../src/cli/load-config.js';
import { instantiateFromConfig } from '../../src/config/index.js';
import type { DataModule } from '../../src/data/data-module.js';
import { selectEngine } from '../../src/engine/index.js';
import { runFolder } from '../../src/io/run-folder.js';
import { MetricsFile } from '../../src/logging/metrics-file.js';
import { ImageLogger } from '../../src/train/callbacks/image-logger.js';
import { ModelCheckpoint } from '../../src/train/callbacks/model-checkpoint.js';
import type { Callback } from '../../src/train/callbacks/callback.js';
import type { LightningModule } from '../../src/train/lightning-module.js';
import { Trainer } from '../../src/train/trainer.js';
import { tinyConfig } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { mkdirSync } from 'node:fs';

/** Ten times as many, `LDM_MEMORY_STEPS=10000`, show a leak of a few bytes per step. */
const STEPS = Number(process.env.LDM_MEMORY_STEPS ?? 1000);
const EVERY = 50;
/** Steps after which memory is no longer expected to grow: code is compiled, the pools of memory are filled. */
const SETTLED = STEPS >= 5000 ? 1000 : EVERY;
/** The share by which resident memory may differ: Node's own heap breathes, in a long run's averages less. */
const RSS_TOLERANCE = STEPS >= 5000 ? 0.02 : 0.05;
/** Measurements that are averaged. */
const AVERAGED = STEPS >= 5000 ? 10 : 1;

const { model, data } = experimentOf(
  await loadConfig([tinyConfig], ['data.params.train.params.limit=null', 'data.params.batch_size=16']),
);
const engine = await selectEngine('auto');
const module = await instantiateFromConfig<LightningModule>(model, registry);
const run = runFolder(temporaryFolder());
for (const folder of Object.values(run.images).concat(run.checkpoints)) mkdirSync(folder, { recursive: true });

const seen: { step: number; tensors: number; megabytes: number }[] = [];
const watch: Callback = {
  onTrainBatchEnd: ({ globalStep }) => {
    if (globalStep % EVERY !== 0) return;
    globalThis.gc?.();
    const megabytes = Math.round(process.memoryUsage().rss / 1e6);
    seen.push({ step: globalStep, tensors: tf.memory().numTensors, megabytes });
  },
};
const trainer = new Trainer({
  params: { max_steps: STEPS, val_check_interval: 25, log_every_n_steps: 10 },
  logger: new MetricsFile(run.metrics),
  run,
  callbacks: {
    images: new ImageLogger({ batch_frequency: 25, max_images: 1, log_last: false }),
    checkpoints: new ModelCheckpoint({ every_n_train_steps: 25 }),
    watch,
  },
  seed: 23,
  config: '',
});
await trainer.fit({ module, data: await instantiateFromConfig<DataModule>(data, registry) });

for (const { step, tensors, megabytes } of seen) console.log(`step ${step}: ${tensors} tensors, ${megabytes} MB`);
const settled = seen.filter(({ step }) => step >= SETTLED);
if (settled.length < 2 * AVERAGED) throw new Error(`${STEPS} steps are too few to measure anything`);
const mean = (part: typeof seen): number => part.reduce((sum, { megabytes }) => sum + megabytes, 0) / part.length;
const grown = mean(settled.slice(-AVERAGED)) / mean(settled.slice(0, AVERAGED)) - 1;
const counts = new Set(settled.map(({ tensors }) => tensors));
console.log(
  `${engine.name}: ${counts.size === 1 ? 'the number of tensors is constant' : `tensors: ${[...counts].join(', ')}`}, ` +
    `RSS changed by ${(100 * grown).toFixed(1)}% since step ${SETTLED}`,
);
process.exitCode = counts.size === 1 && grown <= RSS_TOLERANCE ? 0 : 1;

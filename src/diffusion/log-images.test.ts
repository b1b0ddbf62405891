import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { registry } from '../../registry/index.js';
import { tinyConfig } from '../../test/support/command.js';
import { experimentOf } from '../cli/experiment.js';
import { instantiateFromConfig, loadExperimentTree } from '../config/index.js';
import { selectEngine } from '../engine/index.js';
import { RandomStreams } from '../random/index.js';
import type { LogImagesOptions } from '../train/lightning-module.js';
import { DDIMScheduler } from '../samplers/schedulers/index.js';
import type { StepResult } from '../train/callbacks/callback.js';
import type { ImageLogger } from '../train/callbacks/image-logger.js';
import type { Trainer } from '../train/trainer.js';
import type { DDPM } from './ddpm.js';

const test = suite('log_images of DDPM');

let module: DDPM;
test.before(async () => {
  await selectEngine('auto');
  module = await instantiateFromConfig<DDPM>(
    experimentOf({ tree: loadExperimentTree([tinyConfig]), registry }).model,
    registry,
  );
  module.initialize(new RandomStreams(1));
  module.eval();
});

/** The shapes of what is shown of three images, by name. */
async function shapes(options: Partial<LogImagesOptions>): Promise<Record<string, number[]>> {
  const batch = { image: tf.zeros([3, 32, 32, 1]), class_label: tf.zeros([3], 'int32') };
  const before = tf.memory().numTensors;
  const grids = await module.logImages(batch, { maxImages: 2, ddim_steps: 2, ...options });
  const found = Object.fromEntries(Object.entries(grids).map(([name, { images }]) => [name, [...images.shape]]));
  for (const { images } of Object.values(grids)) images.dispose();
  assert.is(tf.memory().numTensors, before);
  tf.dispose(Object.values(batch));
  return found;
}

const inputs = [2, 32, 32, 1];

test('inputs, rows towards noise and two samples of each class, which come from noise', async () => {
  const rows = { diffusion_row: [4, 32, 32, 1], samples: [20, 32, 32, 1] };
  // Noise, and after the first and the last step.
  assert.equal(await shapes({}), { inputs, ...rows, denoise_row: [30, 32, 32, 1] });
  assert.equal(await shapes({ plot_denoise_rows: false }), { inputs, ...rows });
});

test('log_images_kwargs leave out and shorten', async () => {
  assert.equal(await shapes({ sample: false, n_row: 1 }), { inputs, diffusion_row: [2, 32, 32, 1] });
  assert.equal(await shapes({ sample: false, plot_diffusion_rows: false }), { inputs });
  assert.equal(await shapes({ return_keys: ['inputs'] }), { inputs });
  assert.equal(Object.keys(await shapes({ sample: false, return_keys: ['none'] })), ['inputs', 'diffusion_row']);
});

test('samples by a scheduler of diffusers, which the configuration builds', async () => {
  const scheduler = '{target: diffusers.DDIMScheduler, params: {num_train_timesteps: 20, steps_offset: 1}}';
  const kwargs = `lightning.callbacks.image_logger.params.log_images_kwargs={ddim_steps: 4, scheduler: ${scheduler}}`;
  const { callbacks } = experimentOf({ tree: loadExperimentTree([tinyConfig], [kwargs]), registry });
  const logger = await instantiateFromConfig<ImageLogger>(callbacks.image_logger!, registry);
  const shown: LogImagesOptions[] = [];
  const logImages = async (_: unknown, options: LogImagesOptions) => {
    shown.push(options);
    return Promise.resolve({});
  };
  const trainer = { batchInEpoch: 6, globalStep: 6, lastStep: 6, inEvaluation: (f: () => unknown) => f() };
  const drawn = { eval: () => undefined, train: () => undefined, training: false, logImages };
  await logger.onTrainBatchEnd(
    trainer as unknown as Trainer,
    drawn as unknown as DDPM,
    { batch: {}, stepped: true } as unknown as StepResult,
  );
  assert.instance(shown[0]?.scheduler, DDIMScheduler);
  const timesteps: number[] = [];
  const { scheduler: built } = shown[0]!;
  const spied = built as DDIMScheduler;
  const step = spied.step.bind(spied);
  spied.step = (output, timestep, ...rest) => {
    timesteps.push(timestep);
    return step(output, timestep, ...rest);
  };
  const { samples } = await shapes({ ddim_steps: 4, scheduler: spied });
  assert.equal(samples, [20, 32, 32, 1]);
  assert.equal(timesteps, [16, 11, 6, 1]);
});

test.run();

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { registry } from '../../registry/index.js';
import { repository, tinyConfig } from '../../test/support/command.js';
import { messageOf } from '../config/fixtures.js';
import { loadExperimentTree } from '../config/index.js';
import { experimentOf, notesOf, resolvedConfigs } from './experiment.js';

/** The tiny experiment with what comes under `lightning` replaced or added by these overrides. */
const tiny = (...overrides: string[]) => experimentOf({ tree: loadExperimentTree([tinyConfig], overrides), registry });
const mistake = (...overrides: string[]) => messageOf(() => tiny(...overrides));

const published = readdirSync(join(repository, 'test/fixtures/compvis-configs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ name, path: join(repository, 'test/fixtures/compvis-configs', name) }));

for (const { name, path } of published) {
  const { lightning } = parse(readFileSync(path, 'utf8')) as { lightning?: unknown };
  if (lightning === undefined) continue;
  test(`what ${name} says under lightning is valid`, () => {
    const { callbacks, trainer } = tiny('~lightning', `+lightning=${JSON.stringify(lightning)}`);
    assert.is(callbacks.image_logger?.target, 'main.ImageLogger');
    assert.is(trainer.benchmark, true);
  });
}

test("the callbacks, checkpoint and logger of CompVis's main.py, by their published names", () => {
  const experiment = tiny(
    'lightning.callbacks.setup_callback={params: {resume: "", now: x, logdir: l, ckptdir: c, cfgdir: g, config: {}}}',
    'lightning.callbacks.learning_rate_logger={target: main.LearningRateMonitor, params: {logging_interval: step}}',
    'lightning.callbacks.cuda_callback={target: main.CUDACallback}',
    'lightning.callbacks.stop={target: pytorch_lightning.callbacks.EarlyStopping, params: {monitor: val/loss}}',
    'lightning.callbacks.metrics_over_trainsteps_checkpoint={params: {every_n_train_steps: 5000}}',
    'lightning.callbacks.checkpoint_callback={params: {save_top_k: 2}}',
    'lightning.modelcheckpoint={target: pytorch_lightning.callbacks.ModelCheckpoint, params: {dirpath: d, filename: ' +
      "'{epoch:06}', verbose: true, save_last: true, monitor: val/loss_simple_ema, save_top_k: 3}}",
    'lightning.logger={target: pytorch_lightning.loggers.TestTubeLogger, params: {name: testtube, save_dir: l}}',
    'lightning.find_unused_parameters=False',
    'lightning.trainer.benchmark=True',
  );
  assert.equal(notesOf(experiment), [
    'lightning.trainer.benchmark has no effect: the engine chooses its algorithms itself',
    'lightning.find_unused_parameters has no effect: training runs on one device',
    'lightning.logger: TestTubeLogger writes files of TensorBoard here',
  ]);
  assert.match(resolvedConfigs(experiment).lightning, /logger:\n +target: pytorch_lightning.loggers.TestTubeLogger/);
});

test('the way a number is written tells all from one', () => {
  const { trainer } = tiny(
    'lightning.trainer.limit_train_batches=1.0',
    'lightning.trainer.limit_val_batches=1',
    'lightning.trainer.overfit_batches=1.0',
    'lightning.trainer.val_check_interval=1.0',
  );
  assert.is(trainer.limit_train_batches, null);
  assert.is(trainer.limit_val_batches, 1);
  assert.is(trainer.overfit_batches, 1_000_000_000);
  assert.is(trainer.val_check_interval, null);
});

const place = (path: string, value: string) => `override ${path}=${value}: ${path}: `;
const mistakes: [path: string, value: string, message: string][] = [
  [
    'lightning.trainer.gpus',
    '0,1',
    'training on several devices is not built: a run has one\n  found:        0,1\n  expected:     one device\n' +
      '  to fix:       write "0,"; accumulate_grad_batches takes the batch to the same size',
  ],
  [
    'lightning.trainer.profiler',
    'simple',
    'profiler is known, but not built\n  found:        "simple"\n  to fix:       leave it out; "ldm bench" times workloads',
  ],
  [
    'lightning.trainer.accumulate_grad_batches',
    '0',
    'out of range\n  found:        0 (integer)\n  expected:     integer >= 1 or null',
  ],
  [
    'lightning.trainer.gradient_clip_algorithm',
    'nrom',
    'unknown choice\n  found:        "nrom" (text)\n  expected:     one of norm, value, null\n  did you mean: norm',
  ],
  [
    'lightning.trainer.limit_train_batches',
    '2.5',
    'neither a number of batches nor a fraction\n  found:        2.5\n' +
      '  expected:     a whole number of batches, or a fraction from 0.0 to 1.0',
  ],
  [
    'lightning.logger.target',
    'pytorch_lightning.loggers.WandbLogger',
    'WandbLogger is known, but not built yet\n  found:        pytorch_lightning.loggers.WandbLogger\n' +
      '  expected:     Weights & Biases. Meanwhile: TensorBoardLogger; metrics.jsonl in the run folder has all values too\n' +
      '  to fix:       "ldm list --kind logger" lists the names',
  ],
  [
    'lightning.modelcheckpoint.params.filename',
    'best/{epoch}',
    'a file name has no slashes; dirpath says where it lies\n  found:        best/{epoch}',
  ],
  [
    'lightning.modelcheckpoint.params.every_n_epochs',
    '2',
    'says when to save, as every_n_train_steps does\n  expected:     one of them\n' +
      '  to fix:       remove one, or add a second checkpoint under lightning.callbacks',
  ],
  [
    'lightning.modelcheckpoint.params.save_top_k',
    '-2',
    'out of range\n  found:        -2 (integer)\n  expected:     integer >= -1 or null',
  ],
];
for (const [path, value, message] of mistakes) {
  test(`${path}=${value}`, () => {
    assert.is(mistake(`${path}=${value}`), place(path, value) + message);
  });
}

test('a mistyped argument of ImageLogger', () => {
  assert.match(mistake('lightning.callbacks.image_logger.params.batch_freqency=5'), /did you mean: batch_frequency/);
  assert.match(mistake('lightning.callbacks.image_logger.params.log_images_kwargs={n_rwo: 5}'), /did you mean: n_row/);
  assert.match(mistake('lightning.trainer.max_step=5'), /did you mean: max_steps/);
});

test('a scheduler that pictures of a training are drawn by has the schedule of the model', () => {
  const drawnBy = (params: string) =>
    'lightning.callbacks.image_logger.params.log_images_kwargs=' +
    `{scheduler: {target: diffusers.DDPMScheduler, params: ${params}}}`;
  assert.match(
    mistake(drawnBy('{prediction_type: sample}')),
    /scheduler\.params\.num_train_timesteps: is not as the model is trained\n.*1000\n.*20, model\.params\.timesteps/,
  );
  assert.match(
    mistake(drawnBy('{prediction_type: sample, num_train_timesteps: 20}')),
    /prediction_type: is not as the model is trained\n.*sample\n.*epsilon, as model\.params\.parameterization is eps/,
  );
  assert.is(typeof tiny(drawnBy('{num_train_timesteps: 20}')), 'object');
});

test.run();

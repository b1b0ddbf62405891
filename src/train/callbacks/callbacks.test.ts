import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { heldCheckpoint } from '../../../test/support/held-checkpoint.js';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { fit, Regression } from '../../../test/support/tiny-fit.js';
import { selectEngine } from '../../engine/index.js';
import { AdamW, Lion, SGD } from '../../optim/index.js';
import { readCheckpoint, type Checkpoint } from '../checkpoint-file.js';
import type { LightningModule } from '../lightning-module.js';
import type { Callback } from './callback.js';
import { DeviceStatistics } from './device-statistics.js';
import { EarlyStopping } from './early-stopping.js';
import { HistogramLogger } from './histogram-logger.js';
import { ImageLogger } from './image-logger.js';
import { LearningRateMonitor } from './learning-rate-monitor.js';
import { ModelCheckpoint } from './model-checkpoint.js';

const test = suite('callbacks');

test.before(async () => {
  await selectEngine('cpu');
});

/** Logs a value of its own making at each validation, one after the other. */
const logging = (name: string, values: readonly number[]): Callback => {
  const rest = [...values];
  return {
    onValidationBatchEnd: (trainer, module: LightningModule, { batchIndex }) => {
      if (batchIndex === 0) module.trainer.log(name, rest.shift() ?? NaN, {});
      assert.ok(trainer.globalStep > 0);
    },
  };
};

/** The steps that images are drawn at. */
async function drawnAt(params: ConstructorParameters<typeof ImageLogger>[0], steps: number): Promise<string[]> {
  const images = new ImageLogger({ log_last: false, max_images: 1, ...params });
  const { logger } = await fit({ max_steps: steps }, { callbacks: { images } });
  return logger.images.map(([step, name]) => `${step} ${name}`);
}

const train = (...steps: number[]) => steps.map((step) => `${step} train/inputs`);

// Epochs have three batches; each ends with a validation.
test('ImageLogger draws every so many steps, and at powers of two below', async () => {
  assert.equal(await drawnAt({ batch_frequency: 5 }, 10), train(1, 2, 4, 5, 10));
  assert.equal(await drawnAt({ batch_frequency: 5, increase_log_steps: false }, 10), train(5, 10));
  const first = { batch_frequency: 5, increase_log_steps: false, log_first_step: true };
  assert.equal(await drawnAt(first, 10), train(1, 5, 10));
});

test('ImageLogger shows the first batch of a validation that falls on such a step', async () => {
  const drawn = await drawnAt({ batch_frequency: 3, increase_log_steps: false }, 6);
  assert.equal(drawn, ['3 train/inputs', '3 val/inputs', '6 train/inputs', '6 val/inputs']);
});

test('ImageLogger counts batches where it is told to', async () => {
  const drawn = await drawnAt({ batch_frequency: 2, increase_log_steps: false, log_on_batch_idx: true }, 6);
  assert.equal(drawn, ['2 train/inputs', '3 val/inputs', '5 train/inputs', '6 val/inputs']);
});

test('ImageLogger draws nothing where it is disabled, or of no images', async () => {
  assert.equal(await drawnAt({ batch_frequency: 1, disabled: true, log_last: true }, 2), []);
  assert.equal(await drawnAt({ batch_frequency: 1, max_images: 0, log_last: true }, 2), []);
});

test('ImageLogger passes on log_images_kwargs, draws in evaluation and trains on', async () => {
  const asked: unknown[] = [];
  const spy: Callback = {
    onFitStart: (_trainer, module) => {
      const draw = module.logImages.bind(module);
      module.logImages = (batch, options) => {
        asked.push({ ...options, training: module.training });
        return draw(batch, options);
      };
    },
  };
  const images = new ImageLogger({ batch_frequency: 2, max_images: 4, log_images_kwargs: { N: 1, sample: false } });
  const { module } = await fit({ max_steps: 1 }, { callbacks: { spy, images } });
  assert.equal(asked, [{ N: 1, sample: false, maxImages: 1, training: false }]);
  assert.ok(module.training);
});

const files = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort() : []);

test('ModelCheckpoint keeps the best by a logged value, and the last', async () => {
  const callbacks = {
    values: logging('score', [3, 1, 4, 2]),
    checkpoint: new ModelCheckpoint({
      monitor: 'score',
      save_top_k: 2,
      filename: '{epoch:02}-{score:.1f}',
      verbose: true,
    }),
  };
  const { run, reports, trainer } = await fit({ max_epochs: 4 }, { callbacks });
  assert.equal(files(run.checkpoints), [
    'epoch=01-score=1.0.ckpt',
    'epoch=03-score=2.0.ckpt',
    'last.ckpt',
    'previous.ckpt',
  ]);
  assert.equal(reports, [
    'step 3  kept epoch=00-score=3.0.ckpt  score 3',
    'step 6  kept epoch=01-score=1.0.ckpt  score 1',
    'step 12  kept epoch=03-score=2.0.ckpt  score 2',
  ]);
  assert.is(trainer.globalStep, 12);
  const { callbacks: state } = readCheckpoint(join(run.checkpoints, 'last.ckpt')).progress;
  assert.equal(state.checkpoint, {
    best: [
      { file: 'epoch=01-score=1.0.ckpt', score: 1 },
      { file: 'epoch=03-score=2.0.ckpt', score: 2 },
    ],
    monitor: 'score',
    dirpath: null,
    savedStep: 12,
    isDue: false,
    hasMetrics: true,
  });
});

test('ModelCheckpoint knows the best of before when a run goes on', async () => {
  const checkpoint = () => new ModelCheckpoint({ monitor: 'score', mode: 'max', filename: '{epoch}' });
  const first = await fit(
    { max_epochs: 1 },
    { callbacks: { values: logging('score', [5]), checkpoint: checkpoint() } },
  );
  const resume = readCheckpoint(join(first.run.checkpoints, 'last.ckpt'));
  const callbacks = { values: logging('score', [4, 6]), checkpoint: checkpoint() };
  await fit({ max_epochs: 2 }, { callbacks, resume, run: first.run });
  assert.equal(files(first.run.checkpoints), ['epoch=0.ckpt', 'last.ckpt', 'previous.ckpt']);
  await fit(
    { max_epochs: 3 },
    { callbacks, resume: readCheckpoint(join(first.run.checkpoints, 'last.ckpt')), run: first.run },
  );
  assert.equal(files(first.run.checkpoints), ['epoch=2.ckpt', 'last.ckpt', 'previous.ckpt']);
});

test('ModelCheckpoint after validations inside an epoch: names that come twice get a version', async () => {
  const callbacks = {
    values: logging('score', [3, 2, 1]),
    checkpoint: new ModelCheckpoint({ monitor: 'score', save_top_k: -1, save_last: false }),
  };
  const { run } = await fit({ max_epochs: 1, val_check_interval: 1 }, { callbacks });
  assert.equal(files(run.checkpoints), ['epoch=000000-v1.ckpt', 'epoch=000000-v2.ckpt', 'epoch=000000.ckpt']);
});

test('ModelCheckpoint by steps saves at steps, not at the batches of one', async () => {
  const saved: number[] = [];
  const folder = temporaryFolder();
  const checkpoint = new ModelCheckpoint({
    every_n_train_steps: 2,
    save_top_k: -1,
    dirpath: join(folder, 'deep'),
    filename: '{step}',
    auto_insert_metric_name: false,
    save_weights_only: true,
    save_last: false,
  });
  const watch: Callback = {
    onTrainBatchEnd: (trainer) => {
      saved.push(trainer.globalStep);
    },
  };
  const { run } = await fit({ max_epochs: 3, accumulate_grad_batches: 2 }, { callbacks: { watch, checkpoint } });
  assert.equal(saved, [0, 1, 2, 2, 3, 4, 4, 5, 6]);
  assert.equal(files(join(folder, 'deep')), ['2.ckpt', '4.ckpt', '6.ckpt']);
  assert.equal(files(run.checkpoints), []);
  assert.throws(() => readCheckpoint(join(folder, 'deep', '2.ckpt')), 'holds weights but no training state');
});

test('ModelCheckpoint by time', async () => {
  const kept = async (time: object) => {
    const checkpoint = new ModelCheckpoint({ train_time_interval: time, save_top_k: -1, filename: '{step}' });
    return files((await fit({ max_steps: 2 }, { callbacks: { checkpoint } })).run.checkpoints);
  };
  assert.equal(await kept({ hours: 1 }), ['last.ckpt']);
  assert.equal(await kept({ seconds: 1e-9 }), ['last.ckpt', 'previous.ckpt', 'step=1.ckpt', 'step=2.ckpt']);
});

test('ModelCheckpoint with a monitor that nothing is named: saves the last, then says what there is', async () => {
  const run = (await fit({ max_epochs: 1 })).run;
  const checkpoint = new ModelCheckpoint({ monitor: 'val/y' });
  try {
    await fit({ max_epochs: 2 }, { callbacks: { checkpoint }, run });
    assert.unreachable();
  } catch (error) {
    assert.is(
      (error as Error).message,
      'monitor: nothing named val/y is logged\n  expected:     one of loss_step, val/x, loss_epoch, loss\n' +
        '  did you mean: val/x\n' +
        '  to fix:       set monitor to a logged value; a checkpoint takes it from model.params.monitor where it has none',
    );
  }
  assert.equal(files(run.checkpoints), ['last.ckpt']);
});

test('EarlyStopping waits for an improvement, and for min_epochs', async () => {
  const values = [5, 3, 4, 3, 6, 7, 8, 9];
  const stopping = () => new EarlyStopping({ monitor: 'score', patience: 2 });
  const run = (params: object) =>
    fit({ max_epochs: 8, ...params }, { callbacks: { values: logging('score', values), stopping: stopping() } });
  const { trainer, reports } = await run({});
  assert.is(trainer.currentEpoch, 4);
  assert.equal(reports, ['step 12  early stopping: score 3, no better than 3 in 2 checks']);
  assert.is((await run({ min_epochs: 6 })).trainer.currentEpoch, 6);
  assert.is((await run({ min_steps: 14 })).trainer.globalStep, 14);
});

test('EarlyStopping that min_epochs holds back stops the run that goes on, unless it has other parameters', async () => {
  const checkpoints: Checkpoint[] = [];
  const keep: Callback = {
    onTrainEpochEnd: (trainer) => {
      checkpoints.push(heldCheckpoint(trainer.checkpoint()));
    },
  };
  const epochs = async (
    patience: number,
    options: { keep?: Callback; resume?: Checkpoint },
    values: readonly number[],
  ) => {
    const { keep: also, resume } = options;
    const stopping = new EarlyStopping({ monitor: 'score', patience });
    const callbacks = { values: logging('score', values), stopping, ...(also && { also }) };
    return (await fit({ max_epochs: 8, min_epochs: 4 }, { callbacks, ...(resume && { resume }) })).trainer.currentEpoch;
  };
  assert.is(await epochs(1, { keep }, [2, 3, 1, 1]), 4);
  const [, resume] = checkpoints;
  assert.ok(resume);
  assert.is(await epochs(1, { resume }, [1, 0.5, 0.25, 0.2, 0.1, 0]), 4);
  assert.is(await epochs(2, { resume }, [1, 0.5, 0.25, 0.2, 0.1, 0]), 8);
});

test('EarlyStopping at thresholds, and at what is not finite', async () => {
  const epochs = async (params: object, values: readonly number[]) => {
    const stopping = new EarlyStopping({ monitor: 'score', ...params });
    const { trainer } = await fit({ max_epochs: 4 }, { callbacks: { values: logging('score', values), stopping } });
    return trainer.currentEpoch;
  };
  assert.is(await epochs({ stopping_threshold: 2 }, [5, 1, 1, 1]), 2);
  assert.is(await epochs({ divergence_threshold: 6 }, [5, 7, 1, 1]), 2);
  assert.is(await epochs({}, [NaN, 1, 1, 1]), 1);
  assert.is(await epochs({ check_finite: false }, [NaN, 3, 2, 1]), 4);
  assert.is(await epochs({ mode: 'max', patience: 1, min_delta: 1 }, [1, 3, 3.5, 9]), 3);
});

test("LearningRateMonitor logs under Lightning's names", async () => {
  const logged = async (interval: 'step' | 'epoch' | null, isScheduled = false) => {
    const rates = new LearningRateMonitor({ logging_interval: interval });
    const module = new Regression();
    const optimizers = module.configureOptimizers.bind(module);
    module.configureOptimizers = () => optimizers().map((one) => ({ ...one, isScheduled }));
    const { logger } = await fit(
      { max_epochs: 2, log_every_n_steps: 2, limit_val_batches: 0 },
      { module, callbacks: { rates } },
    );
    return logger.scalars.flatMap(([step, scalars]) => ('lr-AdamW' in scalars ? [[step, scalars['lr-AdamW']]] : []));
  };
  assert.equal(await logged('step'), [
    [2, 0.1 / 2],
    [4, 0.1 / 4],
    [6, 0.1 / 6],
  ]);
  assert.equal(await logged('epoch'), [
    [0, 0.1],
    [3, 0.1 / 4],
  ]);
  assert.equal(await logged(null, true), await logged('step'));
  assert.equal(await logged(null), [
    [0, 0.1],
    [2, 0.1 / 2],
    [3, 0.1 / 4],
    [4, 0.1 / 4],
    [6, 0.1 / 6],
  ]);
});

test("LearningRateMonitor logs momenta, the second of a kind under Lightning's number", async () => {
  const module = new Regression();
  module.configureOptimizers = () => {
    const parameters = module.trainableParameters();
    const optimizers = [
      new SGD(parameters, { momentum: 0.25 }),
      new SGD(parameters),
      new AdamW(parameters, { betas: [0.75, 0.9] }),
      new Lion(parameters, { betas: [0.5, 0.9] }),
    ];
    return optimizers.map((optimizer) => ({ optimizer, learningRate: () => 0, frequency: 1 }));
  };
  const rates = new LearningRateMonitor({ logging_interval: 'step', log_momentum: true });
  const { logger } = await fit({ max_steps: 1, limit_val_batches: 0 }, { module, callbacks: { rates } });
  const found = logger.scalars.map(([, scalars]) => scalars).find((scalars) => 'lr-SGD' in scalars);
  assert.equal(found, {
    'lr-SGD': 0,
    'lr-SGD-momentum': 0.25,
    'lr-SGD-1': 0,
    'lr-SGD-1-momentum': 0,
    'lr-AdamW': 0,
    'lr-AdamW-momentum': 0.75,
    'lr-Lion': 0,
    'lr-Lion-momentum': 0.5,
  });
});

test('DeviceStatistics says and logs time and memory of each epoch', async () => {
  const device = new DeviceStatistics();
  const { logger, reports } = await fit({ max_epochs: 1, log_every_n_steps: 9 }, { callbacks: { device } });
  assert.match(reports[0] ?? '', /^epoch 0: \d+\.\d s, \d+ MiB of tensors, \d+ MiB resident$/);
  const [, scalars] = logger.scalars.at(-1) ?? [];
  assert.equal(Object.keys(scalars ?? {}), ['device/epoch_seconds', 'device/tensors_mib', 'device/resident_mib']);
});

test('DeviceStatistics logs where the time of steps goes, the first step apart', async () => {
  const device = new DeviceStatistics();
  const { logger } = await fit({ max_steps: 6, log_every_n_steps: 3 }, { callbacks: { device } });
  const logged = logger.scalars.filter(([, scalars]) => 'device/step_seconds' in scalars);
  assert.equal(
    logged.map(([step]) => step),
    [3, 6],
  );
  for (const [, scalars] of logged) {
    const { 'device/step_seconds': step = NaN, 'device/data_wait_seconds': wait = NaN } = scalars;
    assert.ok(step > 0 && wait >= 0);
    // At most two samples in a step: the rate cannot be higher than steps and waits alone would have it.
    assert.ok((scalars['device/samples_per_second'] ?? NaN) <= (2 / (step + wait)) * 1.001);
    assert.ok((scalars['device/resident_mib'] ?? 0) > (scalars['device/tensors_mib'] ?? 0));
  }
});

test('HistogramLogger logs the gradients and the weights of a step', async () => {
  const histograms = new HistogramLogger({ every_n_train_steps: 2, include: 'weight$' });
  const { logger } = await fit({ max_steps: 5 }, { callbacks: { histograms } });
  assert.equal(
    logger.histograms,
    [2, 4].flatMap((step) => [
      [step, 'gradients/line.weight'],
      [step, 'weights/line.weight'],
    ]),
  );
  const whole = await fit({ max_steps: 5 });
  assert.equal(logger.scalars, whole.logger.scalars);
});

test.run();

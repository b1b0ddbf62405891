import { join, relative } from 'node:path';
import { instantiateFromConfig, type Experiment, type Registry } from '../config/index.js';
import type { DataModule } from '../data/data-module.js';
import { precisionNamed, type EngineInfo } from '../engine/index.js';
import type { RunFolder } from '../io/run-folder.js';
import { Reporter } from '../logging/reporter.js';
import { describeInit, initFromCheckpoints } from '../nn/index.js';
import { withDefaults } from '../params.js';
import type { Callback } from '../train/callbacks/callback.js';
import { LeakWatch } from '../train/callbacks/leak-watch.js';
import { ModelCheckpoint } from '../train/callbacks/model-checkpoint.js';
import { ProgressBar } from '../train/callbacks/progress-bar.js';
import { readCheckpoint } from '../train/checkpoint-file.js';
import { Interrupt, INTERRUPTED } from '../train/interrupt.js';
import { scaledLearningRate } from '../train/learning-rate.js';
import type { LightningModule } from '../train/lightning-module.js';
import { Trainer } from '../train/trainer.js';
import { trainerParams } from '../train/trainer.params.js';
import { alignFacts } from './columns.js';
import { engineFromFlags } from './engine-flags.js';
import { experimentOf, requireFiles, requireTrainable, resolvedConfigs } from './experiment.js';
import type { Flags } from './flags.js';
import { loadConfig } from './load-config.js';
import { runRequest } from './run/request.js';
import { openLoggers, openRunFolder, writeRunFiles } from './run/services.js';

/** `ldm run`: trains what the configs describe, or goes on with a run. Returns the exit code. */
export async function run(words: readonly string[], flags: Flags): Promise<number> {
  const request = runRequest(words, flags);
  const startEngine = engineFromFlags(flags);
  const resume = request.checkpoint === undefined ? undefined : readCheckpoint(request.checkpoint);
  // A checkpoint outside a run folder brings its own config.
  const embedded =
    resume && request.resumeFolder === undefined
      ? [{ name: `${request.checkpoint ?? ''} (its config)`, text: resume.config }]
      : [];
  const config = await loadConfig([...embedded, ...request.configs], request.overrides);
  const { registry } = config;
  const experiment = experimentOf(config);
  requireTrainable(experiment, registry);
  requireFiles(experiment, resume !== undefined);

  const { precision } = withDefaults(trainerParams, experiment.trainer);
  const engine = await startEngine(precisionNamed(precision));
  // Data first: a data set that is missing is found before a network is built.
  const data = await instantiateFromConfig<DataModule>(experiment.data, registry);
  const module = await instantiateFromConfig<LightningModule>(experiment.model, registry);
  // A run that goes on has weights of its own.
  const initial = resume ? [] : initFromCheckpoints(module);
  const seed = resume?.progress.seed ?? request.seed;
  const rate = scaledLearningRate({
    baseLearningRate: experiment.model.base_learning_rate ?? 0,
    batchSize: data.batchSize,
    accumulateGradBatches: 1,
    devices: 1,
    scale: request.scaleLr,
  });
  module.learningRate = rate.learningRate;

  const configs = resolvedConfigs(experiment);
  const folder = openRunFolder(request);
  writeRunFiles(folder, { configs, seed, engine });
  const reporter = new Reporter();
  reporter.logTo(folder.log);
  reporter.info(header({ experiment, engine, folder, module, data, formula: rate.formula, seed }));
  for (const report of initial) reporter.info(describeInit(report));
  if (engine.note !== undefined) reporter.warn(engine.note);
  if (resume && request.seed !== seed && flags.seed !== undefined) {
    reporter.warn(`--seed ${request.seed} is ignored: the run goes on with its own seed ${seed}`);
  }

  const logger = openLoggers(folder, request.resumeFolder === undefined ? undefined : resume?.progress.globalStep);
  logger.logText('config', `\`\`\`yaml\n${configs.whole}\`\`\``, resume?.progress.globalStep ?? 0);
  const trainer = new Trainer({
    params: experiment.trainer,
    logger,
    run: folder,
    callbacks: {
      progress_bar: new ProgressBar(reporter),
      leak_watch: new LeakWatch(reporter),
      ...(await callbacks(experiment, registry)),
    },
    seed,
    config: configs.whole,
  });
  const interrupt = new Interrupt((signal) => {
    reporter.info(`${signal}: finishing this step and saving; once more to stop at once`);
    trainer.stop(signal);
  });
  try {
    await trainer.fit({ module, data, ...(resume && { resume }) });
    await logger.close();
  } catch (error) {
    // The training's own error is what counts; the logs are closed as well as they can be.
    await logger.close().catch(() => undefined);
    throw error;
  } finally {
    interrupt.dispose();
  }
  reporter.info(summary(folder, trainer, interrupt.signal));
  return interrupt.signal === undefined ? 0 : INTERRUPTED;
}

/** The callbacks of the config; checkpoints last, so that they hold the state the others leave. */
async function callbacks(
  { callbacks, modelcheckpoint }: Experiment,
  registry: Registry,
): Promise<Record<string, Callback>> {
  const built: Record<string, Callback> = {};
  for (const [name, config] of Object.entries(callbacks)) {
    built[name] = await instantiateFromConfig<Callback>(config, registry);
  }
  built.modelcheckpoint = modelcheckpoint
    ? await instantiateFromConfig<Callback>(modelcheckpoint, registry)
    : new ModelCheckpoint();
  return built;
}

function header(facts: {
  experiment: Experiment;
  engine: EngineInfo;
  folder: RunFolder;
  module: LightningModule;
  data: DataModule;
  formula: string;
  seed: number;
}): string {
  const { experiment, engine, folder, module, data, formula, seed } = facts;
  const parameters = module.trainableParameters().reduce((sum, [, { size }]) => sum + size, 0);
  const sets = [
    ['train', data.train],
    ['validation', data.validation],
    ['test', data.test],
  ] as const;
  const sizes = sets.flatMap(([name, set]) => (set ? [`${set.length.toLocaleString('en')} ${name}`] : []));
  return alignFacts([
    ['run', relativePath(folder.path)],
    [
      'engine',
      `${engine.name} (${engine.version}), ${engine.device}, ${engine.threads} threads, precision ${engine.precision}`,
    ],
    ['model', `${experiment.model.target}, ${parameters.toLocaleString('en')} parameters`],
    ['data', `${sizes.join(', ')}; batches of ${data.batchSize}`],
    ['learning rate', formula],
    ['seed', String(seed)],
  ]);
}

function summary(folder: RunFolder, trainer: Trainer, signal: NodeJS.Signals | undefined): string {
  const path = relativePath(folder.path);
  const ended = signal === undefined ? 'done' : `stopped by ${signal}`;
  return alignFacts([
    [ended, `step ${trainer.globalStep}, epoch ${trainer.currentEpoch}`],
    ['checkpoint', relativePath(join(folder.checkpoints, 'last.ckpt'))],
    ['images', relativePath(folder.images.train)],
    ['curves', `tensorboard --logdir ${path}`],
    signal === undefined ? ['sample', `npx ldm sample ${path}`] : ['go on', `npx run --resume ${path}`],
  ]);
}

function relativePath(path: string): string {
  return relative(process.cwd(), path) || '.';
}

import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { instantiateFromConfig, type Experiment } from '../config/index.js';
import type { DataModule } from '../data/data-module.js';
import { precisionNamed, type EngineInfo } from '../engine/index.js';
import { listCheckpoints } from '../io/find-checkpoint.js';
import type { RunFolder } from '../io/run-folder.js';
import { formatValue } from '../logging/format.js';
import { flattenHyperparameters } from '../logging/hyperparameters.js';
import { Reporter } from '../logging/reporter.js';
import { describeProblem, UserError } from '../errors.js';
import { describeInit, initFromCheckpoints } from '../nn/index.js';
import { withDefaults } from '../params.js';
import type { Callback } from '../train/callbacks/callback.js';
import { ModelCheckpoint } from '../train/callbacks/model-checkpoint.js';
import { readCheckpoint, readNewestCheckpoint, type Checkpoint } from '../train/checkpoint-file.js';
import { Interrupt, INTERRUPTED } from '../train/interrupt.js';
import { scaledLearningRate } from '../train/learning-rate.js';
import type { LightningModule } from '../train/lightning-module.js';
import { Trainer } from '../train/trainer.js';
import { trainerParams } from '../train/trainer.params.js';
import { alignFacts } from './columns.js';
import { engineFromFlags } from './engine-flags.js';
import { experimentOf, notesOf, requireFiles, requireTrainable, resolvedConfigs } from './experiment.js';
import type { Flags } from './flags.js';
import { configOfCheckpoint, loadConfig } from './load-config.js';
import { metricsTable } from './metrics-table.js';
import { runCallbacks } from './run/callbacks.js';
import { chosenDevice } from './run/chosen-device.js';
import { runRequest, type RunRequest } from './run/request.js';
import { engineFlags } from './run/run-flags.js';
import { newRunFolder, openLoggers, writeRunFiles, type LoggedSoFar } from './run/services.js';
import { automaticStart, contradictions, requestedStart, settingsOf } from './run/starting-point.js';

/** `ldm run`: trains what the configs describe, or goes on with a run. Returns the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const request = runRequest(argv);
  const requested = requestedStart(request);
  const flags = { ...requested.record?.engineFlags, ...request.flags };
  const startEngine = engineFromFlags(flags);
  // A checkpoint outside a run folder brings its own config.
  const embedded =
    requested.checkpoint && !requested.folder
      ? [configOfCheckpoint(request.checkpoints[0] ?? '', requested.checkpoint.config)]
      : [];
  const config = await loadConfig([...embedded, ...request.configs], request.overrides);
  const { registry } = config;
  const experiment = experimentOf(config);
  requireTrainable(experiment, registry);
  const configs = resolvedConfigs(experiment);
  const start = request.isAuto ? automaticStart(request, configs.project + configs.lightning) : requested;
  requireFiles(experiment, start.checkpoint !== undefined);

  const options = withDefaults(trainerParams, experiment.trainer);
  const resume =
    start.checkpoint ?? (options.resume_from_checkpoint ? readCheckpoint(options.resume_from_checkpoint) : undefined);

  const device = await chosenDevice(flags, experiment.trainer);
  const engine = await startEngine(precisionNamed(options.precision), device.name);
  // Data first: a data set that is missing is found before a network is built.
  const data = await instantiateFromConfig<DataModule>(experiment.data, registry);
  const tests = data.test !== undefined && !request.noTest;
  if (!tests && !request.train) throw nothingToDo();
  const module = await instantiateFromConfig<LightningModule>(experiment.model, registry);
  // A run that goes on has weights of its own.
  const initial = resume ? [] : initFromCheckpoints(module);
  const { seed = resume?.progress.seed ?? request.seed, scaleLr = request.scaleLr } = settingsOf(start);
  const rate = scaledLearningRate({
    baseLearningRate: experiment.model.base_learning_rate ?? 0,
    batchSize: data.batchSize,
    accumulateGradBatches: options.accumulate_grad_batches ?? 1,
    devices: 1,
    scale: scaleLr,
  });
  module.learningRate = rate.learningRate;

  const folder = start.folder ?? newRunFolder(request);
  writeRunFiles(folder, { configs, seed, scaleLr, engineFlags: engineFlagsOf(flags), engine });
  const reporter = new Reporter();
  reporter.logTo(folder.log);
  data.warn = (text) => {
    reporter.warn(text);
  };
  for (const warning of start.warnings) reporter.warn(warning);
  if (start.note !== undefined) reporter.info(start.note);
  reporter.info(header({ request, experiment, engine, folder, module, data, formula: rate.formula, seed }));
  for (const report of initial) reporter.info(describeInit(report));
  for (const warning of config.tree.warnings ?? []) reporter.warn(describeProblem(warning));
  if (engine.note !== undefined) reporter.warn(engine.note);
  if (device.note !== undefined) reporter.warn(device.note);
  for (const note of runNotes(request, experiment, data)) reporter.info(`note: ${note}`);
  if (resume) for (const line of contradictions(request, start, configs.whole)) reporter.warn(line);

  const logger = await openLoggers(folder, {
    registry,
    config: experiment.logger,
    isOn: options.logger !== false && !options.fast_dev_run,
    resumed: start.folder && loggedBefore(start.checkpoint),
  });
  logger.logText('command', `    ${process.argv.slice(1).join(' ')}`, resume?.progress.globalStep ?? 0);
  logger.logText('config', `\`\`\`yaml\n${configs.whole}\`\`\``, resume?.progress.globalStep ?? 0);
  const { model, data: dataConfig, trainer: trainerConfig } = experiment;
  logger.logHyperparameters?.(flattenHyperparameters({ seed, model, data: dataConfig, trainer: trainerConfig }));
  const callbacks = await runCallbacks(experiment, { registry, options, folder, reporter });
  const trainer = new Trainer({
    params: options,
    logger,
    run: folder,
    callbacks,
    seed,
    scaleLr,
    config: configs.whole,
    report: (text) => {
      reporter.info(text);
    },
  });
  const interrupt = new Interrupt({
    onStop: (signal) => {
      reporter.info(`${signal}: finishing this step and saving; once more to stop at once`);
      trainer.stop(signal);
    },
    onSave: (signal) => {
      reporter.info(`${signal}: finishing this step, saving and going on`);
      trainer.saveSoon();
    },
  });
  try {
    if (request.train) await trainer.fit({ module, data, ...(resume && { resume }) });
    if (tests && interrupt.signal === undefined) {
      const checkpoint = request.train ? undefined : resume;
      const metrics = await trainer.test({ module, data, ...(checkpoint && { checkpoint }) });
      reporter.info(`test\n${metricsTable(metrics)}`);
    }
    logger.logEnding?.(interrupt.signal === undefined ? 'done' : 'stopped');
    await logger.close();
  } catch (error) {
    // The training's own error is what counts; the logs are closed as well as they can be.
    logger.logEnding?.('failed');
    await logger.close().catch(() => undefined);
    reporter.clearLive();
    reporter.note(`failed: ${error instanceof Error ? error.message : String(error)}`);
    reporter.info(failure(folder, trainer));
    throw error;
  } finally {
    interrupt.dispose();
  }
  reporter.info(summary({ folder, trainer, callbacks, signal: interrupt.signal }));
  return interrupt.signal === undefined ? 0 : INTERRUPTED;
}

/** What the user should know of options that do nothing here. */
function runNotes(request: RunRequest, experiment: Experiment, data: DataModule): string[] {
  const noTest = request.noTest && data.test ? ['the test set is not used: --no-test'] : [];
  return [...request.notes, ...notesOf(experiment), ...noTest];
}

function header(facts: {
  request: RunRequest;
  experiment: Experiment;
  engine: EngineInfo;
  folder: RunFolder;
  module: LightningModule;
  data: DataModule;
  formula: string;
  seed: number;
}): string {
  const { request, experiment, engine, folder, module, data, formula, seed } = facts;
  const parameters = module.trainableParameters().reduce((sum, [, { size }]) => sum + size, 0);
  const sets = [
    ['train', data.train],
    ['validation', data.validation],
    ['test', data.test],
  ] as const;
  const sizes = sets.flatMap(([name, set]) => (set ? [`${set.length.toLocaleString('en')} ${name}`] : []));
  return alignFacts([
    ['config', [...request.configs, ...request.overrides].join(' ')],
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

function summary({
  folder,
  trainer,
  callbacks,
  signal,
}: {
  folder: RunFolder;
  trainer: Trainer;
  callbacks: Readonly<Record<string, Callback>>;
  signal: NodeJS.Signals | undefined;
}): string {
  const path = relativePath(folder.path);
  const last = join(folder.checkpoints, 'last.ckpt');
  const ended = signal === undefined ? 'done' : `stopped by ${signal}`;
  const next: readonly [string, string] =
    signal === undefined ? ['sample', `npx ldm sample ${path}`] : ['go on', `npx run --resume ${path}`];
  const isSaved = existsSync(last);
  const best = Object.values(callbacks).flatMap((callback) =>
    callback instanceof ModelCheckpoint ? (callback.bestIn(folder) ?? []) : [],
  );
  return alignFacts([
    [ended, `step ${trainer.globalStep}, epoch ${trainer.currentEpoch}`],
    ...(trainer.earlyStopReason === undefined ? [] : [['ended early', trainer.earlyStopReason] as const]),
    ...(isSaved ? [['checkpoint', relativePath(last)] as const] : []),
    ...best.map(
      ({ path, monitor, score }) => ['best', `${relativePath(path)} (${monitor} ${formatValue(score)})`] as const,
    ),
    ['images', relativePath(folder.images.train)],
    ...(existsSync(folder.metrics) ? [['metrics', relativePath(folder.metrics)] as const] : []),
    ['curves', `tensorboard --logdir ${path}`],
    ...(isSaved ? [next] : []),
  ]);
}

/** What a run leaves that failed; why, is said last, as of every command. */
function failure(folder: RunFolder, trainer: Trainer): string {
  const path = relativePath(folder.path);
  const { path: good, checkpoint } = readNewestCheckpoint(listCheckpoints(folder.path));
  const saved: (readonly [string, string])[] =
    good !== undefined && checkpoint
      ? [
          ['saved', `${relativePath(good)}, step ${checkpoint.progress.globalStep}`],
          ['go on', `npx run --resume ${path}`],
        ]
      : [['saved', 'no checkpoint']];
  return alignFacts([
    ['failed', `after step ${trainer.globalStep}, epoch ${trainer.currentEpoch}`],
    ...saved,
    ['logged', path],
  ]);
}

/** Up to where the logs of a run count that goes on in its folder; nothing of them where it begins anew. */
function loggedBefore(checkpoint: Checkpoint | undefined): LoggedSoFar {
  return checkpoint ? { step: checkpoint.progress.globalStep, bytes: checkpoint.progress.loggedBytes } : { step: -1 };
}

/** Those that were given. */
function engineFlagsOf(flags: Flags): Flags {
  return Object.fromEntries(engineFlags.flatMap(({ name }) => (name in flags ? [[name, flags[name]]] : [])));
}

function nothingToDo(): UserError {
  return new UserError({
    path: 'data.params.test',
    problem: 'there is no test set, and nothing else to do without training',
    remedy: 'describe one, leave out --train false, or measure on the validation set: ldm test RUN --set validation',
  });
}

function relativePath(path: string): string {
  return relative(process.cwd(), path) || '.';
}

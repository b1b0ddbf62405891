import { instantiateFromConfig, type Experiment } from '../config/index.js';
import type { DataModule } from '../data/data-module.js';
import { precisionNamed } from '../engine/index.js';
import { lockRunFolder } from '../io/run-lock.js';
import { flattenHyperparameters } from '../logging/hyperparameters.js';
import { Reporter } from '../logging/reporter.js';
import { describeProblem, UserError } from '../errors.js';
import { describeInit, initFromCheckpoints } from '../nn/index.js';
import { withDefaults } from '../params.js';
import { isSampleable } from '../samplers/sampleable.js';
import { readCheckpoint, type Checkpoint } from '../train/checkpoint-file.js';
import { Interrupt, INTERRUPTED } from '../train/interrupt.js';
import { scaledLearningRate } from '../train/learning-rate.js';
import type { LightningModule } from '../train/lightning-module.js';
import { Trainer } from '../train/trainer.js';
import { trainerParams } from '../train/trainer.params.js';
import { engineFromFlags } from './engine-flags.js';
import { experimentOf, notesOf, requireFiles, requireTrainable, resolvedConfigs } from './experiment.js';
import type { Flags } from './flags.js';
import { configOfCheckpoint, loadConfig } from './load-config.js';
import { metricsTable } from './metrics-table.js';
import { runCallbacks } from './run/callbacks.js';
import { chosenDevice } from './run/chosen-device.js';
import { failure, summary } from './run/ending.js';
import { header } from './run/header.js';
import { runRequest, type RunRequest } from './run/request.js';
import { engineFlags } from './run/run-flags.js';
import { newRunFolder, openLoggers, writeRunFiles, type LoggedSoFar } from './run/services.js';
import { automaticStart, contradictions, requestedStart, settingsOf } from './run/starting-point.js';

/** `ldm run`: trains what the configs describe, or goes on with a run. Returns the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const request = runRequest(argv);
  const requested = await requestedStart(request);
  const flags = { ...requested.record?.engineFlags, ...request.flags };
  const startEngine = engineFromFlags(flags);
  // A checkpoint outside a run folder brings its own config.
  const embedded =
    requested.checkpoint && !requested.folder
      ? [configOfCheckpoint(request.checkpoints[0] ?? '', requested.checkpoint.config)]
      : [];
  const config = await loadConfig([...embedded, ...request.configs], request.overrides, request.logdir);
  const { registry } = config;
  const experiment = experimentOf(config);
  requireTrainable(experiment, registry);
  const configs = resolvedConfigs(experiment);
  const start = request.isAuto ? await automaticStart(request, configs.project + configs.lightning) : requested;
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
  const lock = start.lock ?? (await lockRunFolder(folder.path));
  const configFiles = request.configs;
  writeRunFiles(folder, { configFiles, configs, seed, scaleLr, engineFlags: engineFlagsOf(flags), engine });
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
      trainer.requests.stop(signal);
    },
    onSave: (signal) => {
      reporter.info(`${signal}: finishing this step, saving and going on`);
      trainer.requests.save();
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
    lock.release();
  }
  const next = isSampleable(module) ? 'sample' : 'test';
  reporter.info(summary({ folder, trainer, next, callbacks, signal: interrupt.signal }));
  return interrupt.signal === undefined ? 0 : INTERRUPTED;
}

/** What the user should know of options that do nothing here. */
function runNotes(request: RunRequest, experiment: Experiment, data: DataModule): string[] {
  const noTest = request.noTest && data.test ? ['the test set is not used: --no-test'] : [];
  return [...request.notes, ...(experiment.tree.notes ?? []), ...notesOf(experiment), ...noTest];
}

/** Up to where the logs of a run count that goes on in its folder; nothing of them where it begins anew. */
function loggedBefore(checkpoint: Checkpoint | undefined): LoggedSoFar {
  if (!checkpoint) return { step: -1, eventBytes: {} };
  const { globalStep: step, loggedBytes: bytes, eventBytes } = checkpoint.progress;
  return { step, bytes, eventBytes };
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
